//! Words that placeholders, prose and names of settings are made of, as against secrets.

/// Words of which no secret is made. A value that is nothing but these (`your-api-key-here`, `supersecret`,
/// `test-token-123`) is a placeholder. Sorted, lower case.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "a", "abc", "access", "accesstoken", "account", "action", "actions", "active", "add", "admin", "aes", "again",
    "alice", "all", "an", "and", "anon", "anonymous", "another", "anthropic", "any", "api", "apikey", "app",
    "application", "apps", "are", "args", "array", "asdf", "asdfgh", "at", "auth", "authentication", "authenticity",
    "authorization", "auto", "automatic", "aws", "azure", "b", "bad", "bar", "base", "basic", "baz", "be", "bearer",
    "begin", "blank", "bob", "body", "bogus", "bool", "boolean", "bot", "btn", "bucket", "button", "by", "bytes", "c",
    "can", "cert", "certificate", "change", "changed", "changeit", "changeme", "character", "characters", "clear",
    "cli", "client", "code", "codestral", "column", "com", "config", "configured", "confirm", "confirmation",
    "confirmed", "context", "contrasena", "controller", "cookie", "cookies", "correct", "cors", "credential",
    "credentials", "csrf", "csrftoken", "css", "ctx", "current", "custom", "d", "data", "database", "db", "deadbeef",
    "debug", "default", "demo", "deploy", "dev", "development", "dialog", "dict", "did", "disabled", "do", "docker",
    "does", "dummy", "e", "ed", "email", "empty", "enabled", "encrypted", "encryption", "end", "enter", "entered",
    "env", "eof", "error", "errors", "example", "expired", "expires", "external", "factor", "failed", "fake",
    "fallback", "false", "field", "fields", "file", "fill", "first", "fixme", "foo", "for", "forgot", "form",
    "form-control", "forms", "from", "generate", "generated", "get", "github", "gitlab", "give", "global", "go",
    "good", "google", "guest", "has", "hash", "have", "header", "headers", "hello", "help", "here", "hex", "hidden",
    "hint", "hmac", "hook", "host", "http", "https", "hunter", "icon", "id", "identifier", "identity", "if",
    "ignored", "image", "in", "include", "incorrect", "info", "inline", "input", "insecure", "insert", "int",
    "internal", "invalid", "io", "is", "it", "jane", "john", "jwt", "kafka", "kennwort", "key", "keychain", "keyring",
    "keys", "kind", "kubernetes", "kwargs", "label", "last", "ldap", "least", "letmein", "list", "live", "local",
    "localhost", "login", "logout", "long", "managed", "manager", "mandatory", "manual", "master", "match", "max",
    "md", "me", "menu", "message", "messages", "mfa", "min", "minimum", "minio", "minioadmin", "missing", "mistral",
    "mock", "mode", "model", "modify", "mongo", "mongodb", "more", "must", "my", "mypass", "mysql", "name", "need",
    "never", "new", "next", "nil", "no", "none", "nonexistent", "nope", "not", "not-set", "nothing", "npm", "null",
    "nullable", "number", "oauth", "object", "of", "oidc", "ok", "old", "omit", "on", "one", "only", "opaque",
    "openai", "optional", "options", "opts", "or", "org", "origin", "other", "otp", "our", "owner", "page", "param",
    "params", "pass", "passcode", "passphrase", "passwd", "password", "passwords", "passwort", "paste", "path", "pem",
    "per", "personal", "phrase", "placeholder", "plain", "plaintext", "please", "postgres", "postgresql", "prefix",
    "prev", "previous", "private", "prod", "production", "profile", "project", "props", "provide", "provided",
    "provider", "public", "put", "pw", "pwd", "querty", "query", "qux", "qwerty", "rabbitmq", "random", "read",
    "redacted", "redis", "reducer", "ref", "reference", "refresh", "register", "remove", "removed", "repeat",
    "replace", "request", "required", "reset", "resource", "response", "revoked", "right", "role", "roles", "root",
    "rotate", "rotated", "rsa", "s", "sa", "safe", "same", "saml", "sample", "scope", "screen", "secret", "secrets",
    "secure", "security", "select", "selector", "self", "senha", "sensitive", "server", "service", "session", "set",
    "settings", "sha", "shared", "should", "show", "sign", "signature", "signin", "signing", "signup", "slack", "sms",
    "some", "something", "ssh", "ssl", "staging", "start", "state", "storage", "store", "str", "strength", "string",
    "stripe", "strong", "stub", "suffix", "super", "swagger", "system", "table", "tbd", "temp", "temporary", "test",
    "tester", "testing", "tests", "text", "that", "the", "this", "title", "tls", "to", "todo", "token", "tokens",
    "too", "true", "two", "two-factor", "type", "undefined", "unique", "unknown", "unset", "unused", "update", "uri",
    "url", "use", "used", "user", "username", "uuid", "val", "valid", "validation", "value", "values", "varchar",
    "variable", "vault", "very", "via", "view", "wachtwoord", "wallet", "was", "weak", "webhook", "what", "whatever",
    "when", "with", "without", "world", "wrong", "www", "x", "xxx", "xxxx", "yes", "you", "your", "yours", "yyy",
    "zzz",
];

/// Whether `text` (letters, lower case) is one plain word or several written together.
pub fn is_plain(text: &str) -> bool {
    if text.is_empty() || PLAIN.binary_search(&text).is_ok() {
        return true;
    }
    // Longest words are short; a value of more letters than a few words is judged by its looks.
    if text.len() > 40 || !text.is_ascii() {
        return false;
    }
    // reachable[i]: the first i letters are plain words of at least two letters each.
    let mut reachable = [false; 41];
    reachable[0] = true;
    for start in 0..text.len() {
        if !reachable.get(start).copied().unwrap_or_default() {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        // The words that begin with the same letter stand together.
        let letter = rest.get(..1).unwrap_or_default();
        let from = PLAIN.partition_point(|word| *word < letter);
        let same = PLAIN.get(from..).unwrap_or_default().iter().take_while(|word| word.starts_with(letter));
        for word in same.filter(|word| word.len() > 1 && rest.starts_with(**word)) {
            if let Some(end) = reachable.get_mut(start + word.len()) {
                *end = true;
            }
        }
    }
    reachable.get(text.len()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_sorted() {
        assert!(PLAIN.is_sorted());
    }

    #[test]
    fn words_written_together_are_plain() {
        for text in ["supersecret", "yourapikeyhere", "changeme", "test", ""] {
            assert!(is_plain(text), "{text}");
        }
        for text in ["swordfish", "supersecretfish", "x2"] {
            assert!(!is_plain(text), "{text}");
        }
    }
}
