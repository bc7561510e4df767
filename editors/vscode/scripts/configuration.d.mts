// The types of configuration.mjs for the unit tests.
export interface Configuration {
  title: string;
  properties: Record<string, { scope?: string; type?: unknown }>;
}
export declare function configuration(schema: unknown): Configuration;
export declare function restricted(configuration: Configuration): string[];
