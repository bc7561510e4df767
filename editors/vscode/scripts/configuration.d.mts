// The types of configuration.mjs for the unit tests.
export declare function configuration(schema: unknown): unknown;
