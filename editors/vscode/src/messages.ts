// What becomes of the messages the server wants to show.

/** Where a message goes. Trouble with the endpoint is the status bar's: a pop-up at each outage teaches to ignore them. */
export type Route =
  | { readonly to: "statusBar" }
  | { readonly to: "warning" | "information"; readonly button?: "settings" | "key" };

/** Routes `window/showMessage`. `type` counts from 1: error, warning, information, log (LSP, `MessageType`). */
export function route(type: number, text: string): Route {
  if (type === 1) return { to: "statusBar" };
  if (type === 2) return text.startsWith("Codestral settings:") ? { to: "warning", button: "settings" } : { to: "warning" };
  return isAboutKey(text) ? { to: "information", button: "key" } : { to: "information" };
}

/** Whether a key would help with what the sentence tells of. */
export function isAboutKey(text: string): boolean {
  return /\bAPI[ _]key\b|_API_KEY\b|\bthe key\b/i.test(text);
}
