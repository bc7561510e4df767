//! The words that names are judged by.

/// Parts of names that the scan looks for in the text (in any case), before it reads the whole name. Every noun below
/// contains one.
#[rustfmt::skip]
pub const STEMS: &[&str] = &[
    "pass", "pwd", "secret", "token", "key", "cred", "auth", "bearer", "jwt", "cookie", "salt", "pepper", "mnemonic",
    "senha", "contrasena", "kennwort", "mdp", "clave", "pw", "wachtwoord", "hmac", "psk", "psw", "haslo", "parola",
    "_pat", "-pat", "sessionid", "_sas",
];

#[rustfmt::skip]
pub(super) const PASSWORDS: &[&str] = &[
    "clave", "contrasena", "haslo", "kennwort", "masterauth", "mdp", "mnemonic", "motdepasse", "parola", "pass",
    "passcode", "passkey", "passphrase", "passw", "passwd", "password", "passwort", "pasword", "psk", "psw", "pw",
    "pwd", "pword", "requirepass", "senha", "userpass", "wachtwoord",
];

#[rustfmt::skip]
pub(super) const SECRETS: &[&str] = &[
    "appsecret", "clientsecret", "pepper", "secret",
];

#[rustfmt::skip]
pub(super) const TOKENS: &[&str] = &[
    "accesskey", "accesstoken", "accountkey", "apikey", "appkey", "auth", "authkey", "authorization", "authtoken",
    "bearer", "cookie", "cred", "credential", "creds", "encryptionkey", "hmac", "jwt", "licensekey", "masterkey",
    "pat", "privatekey", "privkey", "salt", "sas", "seckey", "secretkey", "sessionid", "sharedkey", "signingkey",
    "token",
];

/// Words before `key` that make it a secret.
#[rustfmt::skip]
pub(super) const SECRET_KEYS: &[&str] = &[
    "access", "account", "admin", "aes", "alchemy", "algolia", "alpha", "amplitude", "anon", "ansible", "anthropic",
    "api", "app", "application", "auth", "authentication", "aws", "azure", "backup", "bearer", "bot", "cipher",
    "client", "cloudflare", "codestral", "cohere", "connection", "consumer", "cosmos", "cosmosdb", "crypto", "data",
    "datadog", "dd", "decryption", "deepseek", "dek", "deploy", "deployer", "des", "django", "dnsimple", "elevenlabs",
    "encrypt", "encrypted", "encryption", "envelope", "etherscan", "event", "fastly", "fcm", "finnhub", "firebase",
    "fireworks", "flask", "function", "functions", "gcm", "gemini", "giphy", "github", "gitlab", "godaddy", "google",
    "groq", "hec", "heroku", "hetzner", "hf", "hmac", "host", "hotp", "huggingface", "ikm", "infura", "ingest",
    "ingestion", "instrumentation", "integration", "jwks", "jwt", "kek", "laravel", "license", "linode", "mailchimp",
    "mailgun", "maps", "master", "merchant", "mistral", "mixpanel", "namecheap", "newrelic", "newsapi", "nextauth",
    "nr", "okta", "openai", "openrouter", "openweather", "opsgenie", "otp", "pagerduty", "personal", "pinecone",
    "porkbun", "pre", "preshared", "primary_access", "priv", "private", "provisioning", "qdrant", "rails", "rapidapi",
    "read", "recovery", "rndc", "role", "root", "rsa", "search", "sec", "secret", "secure", "segment", "sendgrid",
    "sentry", "server", "service", "session", "shared", "sign", "signature", "signer", "signing", "sk", "speech",
    "splunk", "ssh", "static", "storage", "stripe", "subscription", "supabase", "symmetric", "tmdb", "together",
    "totp", "transit", "translator", "tsig", "twilio", "unseal", "user", "vapid", "vault", "vision", "vultr",
    "wallet", "weather", "weaviate", "webhook", "wg", "wireguard", "write", "x", "xi",
];

/// Words before `key` that make it an ordinary thing.
#[rustfmt::skip]
pub(super) const PLAIN_KEYS: &[&str] = &[
    "accel", "active", "alt", "another", "answer", "any", "arrow", "attr", "attribute", "backspace", "bind",
    "binding", "bucket", "by", "cache", "candidate", "canonical", "child", "column", "composite", "config", "control",
    "current", "dedup", "deduplication", "default", "delete", "dict", "each", "edge", "end", "enter", "entity",
    "escape", "event_type", "field", "file", "first", "for", "foreign", "group", "hash", "host_public", "hot", "i18n",
    "idempotency", "idempotent", "in", "index", "is", "item", "json", "known", "last", "layer", "legend", "local",
    "locale", "lookup", "map", "max", "menu", "message", "meta", "metric", "min", "model", "modifier", "my", "name",
    "natural", "nav", "new", "next", "node", "normalized", "object", "of", "old", "option", "order", "other", "param",
    "parent", "partition", "press", "prev", "primary", "prop", "property", "pub", "public", "publishable", "query",
    "range", "react", "registry", "restore", "routing", "row", "s3", "same", "schema", "selected", "sentinel",
    "setting", "shared_access_policy", "shift", "shortcut", "site", "some", "sort", "sorting", "space", "start",
    "storage_location", "stream", "sub", "sup", "super", "surrogate", "tab", "that", "this", "to", "topic", "trace",
    "track", "translation", "tree", "type", "unique", "verification", "verify", "with",
];

/// Words before `token` that make it a piece of text, a count or a sign.
#[rustfmt::skip]
pub(super) const PLAIN_TOKENS: &[&str] = &[
    "begin", "bos", "cached", "cancel", "cancellation", "change", "close", "cls", "color", "completion",
    "continuation", "css", "current", "cursor", "delimiter", "design", "end", "eof", "eos", "erc20", "expected",
    "first", "governance", "highlight", "idempotency", "image", "input", "keyword", "last", "left", "lex", "lexer",
    "lock", "lookahead", "mask", "max", "min", "n", "new_line", "next", "nft", "num", "number", "open", "operator",
    "output", "pad", "page", "pagination", "parse", "parser", "peek", "prev", "previous", "prompt", "punctuation",
    "raw_text", "reasoning", "reserved", "resume", "right", "semantic", "sep", "separator", "special", "spl", "start",
    "stop", "string", "sync", "syntax", "theme", "tok", "total", "unexpected", "unk",
];

/// Words before `pass` that make it a step of some work.
#[rustfmt::skip]
pub(super) const PLAIN_PASSES: &[&str] = &[
    "analysis", "band", "by", "compiler", "depth", "final", "first", "high", "low", "multi", "one", "optimization",
    "post", "render", "second", "shader", "single", "two",
];

/// Words before a noun that make it a question, a label or a switch.
#[rustfmt::skip]
pub(super) const ACTIONS: &[&str] = &[
    "acquire", "allow", "ask", "bad", "build", "can", "change", "check", "compare", "consume", "create", "decode",
    "delete", "describe", "disable", "empty", "enable", "encode", "ensure", "enter", "expect", "expired", "extract",
    "fetch", "find", "forgot", "forgotten", "gen", "generate", "get", "handle", "has", "hash", "hide", "if",
    "incorrect", "invalid", "is", "issue", "list", "load", "log", "lookup", "lost", "make", "manage", "mask",
    "missing", "need", "needs", "no", "not", "obtain", "parse", "print", "prompt", "query", "read", "redact",
    "remove", "request", "require", "required", "requires", "reset", "resolve", "retrieve", "revoke", "rotate",
    "should", "show", "strip", "supports", "toggle", "unset", "update", "uses", "validate", "verify", "want", "weak",
    "without", "wrong",
];

/// Words after a noun that change nothing.
#[rustfmt::skip]
pub(super) const TAILS: &[&str] = &[
    "2fa", "a", "again", "are", "b", "b64", "backup", "base", "base32", "base64", "bytes", "ci", "cleartext", "confirm",
    "confirmation", "current", "data", "de", "default", "der", "dev", "development", "digest", "encoded", "encrypted",
    "env", "eu", "external", "fallback", "for", "hash", "hex", "internal", "is", "literal", "live", "local", "main",
    "material", "new", "old", "one", "override", "pem", "phrase", "plain", "plaintext", "previous", "primary", "prod",
    "production", "qa", "raw", "repeat", "sandbox", "secondary", "stage", "staging", "str", "string", "test",
    "testing", "text", "two", "uat", "uk", "us", "v1", "v2", "v3", "val", "value", "was", "wo",
];

/// Words after a noun that make the name about something else than the secret itself.
#[rustfmt::skip]
pub(super) const OTHER_THINGS: &[&str] = &[
    "account", "address", "age", "alg", "algo", "algorithm", "alias", "arn", "at", "attempts", "attr", "attribute",
    "audience", "authority", "backend", "balance", "basic", "bits", "board", "bucket", "budget", "builder", "button",
    "by", "cache", "callback", "category", "chain", "change", "character", "chars", "check", "checker", "checksum",
    "class", "client", "cmd", "code", "codes", "color", "colour", "column", "command", "config", "configuration",
    "container", "context", "contract", "count", "counts", "created", "css", "date", "decimals", "deleted",
    "delimiter", "description", "dialog", "dir", "disabled", "domain", "down", "dto", "element", "enabled", "encoder",
    "end", "endpoint", "engine", "entity", "error", "errors", "event", "exchange", "exists", "expiration", "expire",
    "expired", "expires", "expiry", "factory", "failed", "fetcher", "field", "file", "filename", "files",
    "fingerprint", "flow", "fn", "form", "format", "frame", "from", "func", "generator", "getter", "grant", "group",
    "guard", "handler", "header", "headers", "help", "helper", "hidden", "highlight", "hint", "host", "icon", "id",
    "ids", "idx", "impl", "in", "index", "info", "input", "interface", "invalid", "issuer", "item", "items",
    "key_name", "kind", "label", "len", "length", "level", "lifetime", "limit", "link", "list", "loader", "location",
    "locations", "manager", "map", "max", "menu", "message", "method", "methods", "middleware", "min", "mismatch",
    "modal", "mode", "model", "module", "name", "names", "node", "number", "object", "of", "offset", "operations",
    "ops", "option", "options", "page", "pair", "param", "parameter", "params", "parser", "path", "pattern",
    "placeholder", "plugin", "policy", "pool", "port", "pos", "position", "prefix", "present", "press", "prompt",
    "property", "protection", "provider", "query", "range", "reader", "realm", "ref", "reference", "regex", "request",
    "required", "reset", "resolver", "response", "result", "retries", "revoked", "ring", "role", "rotation", "route",
    "rule", "rules", "schedule", "schema", "scheme", "scope", "scopes", "screen", "section", "selector", "sent",
    "separator", "serial", "server", "service", "set", "setter", "settings", "shown", "size", "source", "span",
    "spec", "specs", "start", "state", "status", "store", "stream", "strength", "stroke", "style", "success",
    "suffix", "supply", "support", "symbol", "tab", "table", "tag", "tags", "template", "theme", "thumbprint", "time",
    "timeout", "title", "to", "trait", "tree", "ttl", "type", "types", "up", "updated", "uri", "url", "usage",
    "usages", "used", "user", "username", "util", "utils", "valid", "validator", "var", "variable", "version", "view",
    "visible", "word", "words", "wrapper", "writer",
];

/// Whether `word` is in `list`, which is sorted.
pub(super) fn within(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}
