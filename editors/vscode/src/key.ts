// The API key: kept in VS Code's own secret storage, never in settings, logs or messages.
import * as vscode from "vscode";

const SECRET = "codestral.apiKey";

/** The key of this machine's user. */
export class Key implements vscode.Disposable {
  /** Another key, or none: in this window or in another one. */
  readonly onDidChange: vscode.Event<void>;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly registered: vscode.Disposable;

  constructor(private readonly secrets: vscode.SecretStorage) {
    this.onDidChange = this.changed.event;
    this.registered = secrets.onDidChange(({ key }) => {
      if (key === SECRET) this.changed.fire();
    });
  }

  /** The key; undefined where none is kept, or where the system's secret storage cannot be opened. */
  async get(): Promise<string | undefined> {
    try {
      return await this.secrets.get(SECRET);
    } catch {
      return undefined;
    }
  }

  /** What the server's environment gets: the key where one is kept; a variable of the person's own holds else. */
  async environment(): Promise<NodeJS.ProcessEnv> {
    const key = await this.get();
    return key === undefined ? process.env : { ...process.env, CODESTRAL_API_KEY: key };
  }

  /** Asks for the key and keeps it. */
  async ask(): Promise<void> {
    const typed = await vscode.window.showInputBox({
      title: "Codestral: API key",
      prompt: "From Mistral's console, or your proxy's own. It is kept in VS Code's secret storage.",
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) => (/\s/.test(value.trim()) ? "A key holds no blanks: paste the key alone." : undefined),
    });
    const key = typed?.trim();
    if (key) await this.secrets.store(SECRET, key);
  }

  /** Forgets the key. */
  async forget(): Promise<void> {
    await this.secrets.delete(SECRET);
    void vscode.window.showInformationMessage("Codestral: the API key is forgotten here; a variable of your environment still holds.");
  }

  dispose(): void {
    vscode.Disposable.from(this.registered, this.changed).dispose();
  }
}
