//! The scan of one line: formats, names and what the lines above have left open.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::alphabet::Alphabet;
use super::assignment;
use super::call;
use super::formats::{FORMATS, Format};
use super::layout;
use super::line::{Found, Line};
use super::line_state::LineState;
use super::names::{self, Class, STEMS};
use super::placeholder;
use super::urls;
use super::value_syntax::ValueSyntax;
use super::values;

/// What else the scan looks for.
const MARKS: &[(&str, Mark)] = &[
    ("://", Mark::Url),
    ("-----begin", Mark::PrivateKey),
    ("bearer ", Mark::Scheme),
    ("basic ", Mark::Scheme),
    ("token ", Mark::Scheme),
    ("basicauth", Mark::Call(1)),
    ("basic_auth", Mark::Call(1)),
    ("getconnection", Mark::Call(1)),
    ("new pdo", Mark::Call(1)),
    ("networkcredential", Mark::Call(1)),
    ("urlcredential", Mark::Call(1)),
    ("passwordcredential", Mark::Call(1)),
    ("passwordauthentication", Mark::Call(1)),
    ("credentials::new", Mark::Call(1)),
    ("credentials(", Mark::Call(1)),
    ("cookieparser(", Mark::Literal),
    ("jwt.sign(", Mark::Call(0)),
    ("jwt.verify(", Mark::Call(0)),
    ("jwt.encode(", Mark::Call(0)),
    ("jwt.decode(", Mark::Call(0)),
    ("hmac.new(", Mark::Call(0)),
    ("new_from_slice(", Mark::Call(0)),
    ("secretkeyspec(", Mark::Call(0)),
    ("fernet(", Mark::Call(0)),
    ("bcrypt.hash(", Mark::Call(0)),
    ("createhmac(", Mark::Call(1)),
    ("hash_hmac(", Mark::Call(1)),
    ("mysqli", Mark::Call(2)),
    ("pymysql.connect", Mark::Call(2)),
    ("mysql_connect", Mark::Call(2)),
    ("login(", Mark::Call(1)),
    ("wifi.begin(", Mark::Call(1)),
    ("dbi->connect(", Mark::Call(1)),
    ("plainauth(", Mark::Call(2)),
    ("mysql_real_connect(", Mark::Call(2)),
    ("create_user(", Mark::Call(2)),
    ("create_superuser(", Mark::Call(2)),
    (" -p", Mark::Flag),
    (" -a ", Mark::Flag),
    (" -u", Mark::Flag),
    (" --user", Mark::Flag),
    (" -k ", Mark::Flag),
    (" -w ", Mark::Flag),
    ("/user:", Mark::Flag),
    (" -passin", Mark::Flag),
    ("asplaintext", Mark::Before(Class::Password)),
    ("--password-stdin", Mark::Before(Class::Password)),
    (" sudo -s", Mark::Before(Class::Password)),
    ("forhttpheaderfield", Mark::Before(Class::Token)),
    ("convertto-securestring ", Mark::Literal),
    ("identified by ", Mark::Literal),
    ("set password for ", Mark::Assigned),
    ("auth=(", Mark::Call(1)),
    ("@tcp(", Mark::Dsn),
    ("@unix(", Mark::Dsn),
    ("htpasswd ", Mark::Flag),
];

/// How a mark is read.
#[derive(Debug, Clone, Copy)]
enum Mark {
    Url,
    PrivateKey,
    Scheme,
    /// A call whose argument after this many literals is a password.
    Call(usize),
    Flag,
    /// The literal before it is a password.
    Before(Class),
    /// The literal after it is one.
    Literal,
    /// The literal after the next `=` is one.
    Assigned,
    /// `user:password` stands before it.
    Dsn,
}

#[derive(Debug, Clone, Copy)]
enum Hit {
    Format(&'static Format),
    Stem,
    Mark(Mark),
}

/// Finds the secrets of a line.
#[derive(Debug)]
pub struct LineScanner {
    /// Else only known values are looked for.
    by_rules: bool,
    /// Values that are masked wherever they stand.
    known: Vec<String>,
}

/// The rules, compiled.
#[derive(Debug)]
struct Rules {
    searcher: Option<AhoCorasick>,
    hits: Vec<Hit>,
}

/// Compiled when the first text is read, once: they are constants, and it takes a millisecond or two.
static RULES: LazyLock<Rules> = LazyLock::new(Rules::compile);

/// Bytes of a known value that are masked even where the rest of it differs.
const KNOWN_PART: usize = 8;

/// Compiles the rules now, so that the first text need not wait for it.
pub fn prepare() {
    LazyLock::force(&RULES);
}

impl Rules {
    fn compile() -> Self {
        let mut patterns: Vec<&str> = Vec::new();
        let mut hits = Vec::new();
        for format in FORMATS {
            patterns.push(format.anchor);
            hits.push(Hit::Format(format));
        }
        for stem in STEMS {
            patterns.push(stem);
            hits.push(Hit::Stem);
        }
        for (mark, kind) in MARKS {
            patterns.push(mark);
            hits.push(Hit::Mark(*kind));
        }
        // The patterns are constants, and a test compiles them: without a searcher known values are masked still.
        let searcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::Standard)
            .build(patterns)
            .ok();
        Self { searcher, hits }
    }
}

impl LineScanner {
    /// Looks for `known`, and by the rules unless `only_known`. Known values of less than 8 bytes are left out.
    pub fn new(known: &[&str], only_known: bool) -> Self {
        let known = known.iter().filter(|value| value.len() >= KNOWN_PART).map(|value| (*value).to_owned()).collect();
        Self { by_rules: !only_known, known }
    }

    /// Whether there is nothing to look for.
    pub fn is_idle(&self) -> bool {
        !self.by_rules && self.known.is_empty()
    }

    /// Finds the secrets of `text`, one line with or without its end, after the lines that led to `state`. Adds them to
    /// `found`, in order and apart.
    pub fn scan(&self, text: &str, kind: ValueSyntax, state: &mut LineState, found: &mut Vec<Found>) {
        let text = text.trim_end_matches(['\r', '\n']);
        let mut line = Line { text, kind, state, found: Vec::new(), named: 0 };
        if self.by_rules {
            RULES.apply(&mut line);
        }
        for known in &self.known {
            line.known(known);
        }
        let mut new = line.found;
        join(&mut new, text);
        found.extend(new);
    }
}

impl Rules {
    fn apply(&self, line: &mut Line<'_>) {
        layout::enter(line);
        if let Some(searcher) = &self.searcher {
            for hit in searcher.find_overlapping_iter(line.text) {
                match self.hits.get(hit.pattern().as_usize()) {
                    Some(Hit::Format(format)) => line.format(format, hit.start()),
                    Some(Hit::Stem) => line.name(hit.start(), hit.end()),
                    Some(Hit::Mark(mark)) => line.mark(*mark, hit.start(), hit.end()),
                    None => {}
                }
            }
        }
        line.discord();
    }
}

/// What is read where a pattern stands in the line.
impl Line<'_> {
    fn format(&mut self, format: &'static Format, at: usize) {
        let anchor_end = at + format.anchor.len();
        if self.text.get(at..anchor_end) != Some(format.anchor) {
            // The search does not look at case; tokens do.
            return;
        }
        let bytes = self.bytes();
        let mut start = at;
        if let Some((alphabet, least, most)) = format.left {
            let length = alphabet.run_back(bytes, at);
            if length < least || length > most {
                return;
            }
            start = at - length;
        } else if !format.keeps_anchor && (!is_boundary(bytes, at) || is_digest(self.before(at))) {
            return;
        }
        let (alphabet, least, most) = format.right;
        let mut end = anchor_end + alphabet.run(bytes, anchor_end);
        if most > 0 {
            while end > anchor_end && matches!(self.byte(end - 1), b'.' | b':' | b'%' | b'-') {
                end -= 1;
            }
        }
        let length = end - anchor_end;
        if length < least || length > most {
            return;
        }
        let from = if format.keeps_anchor { anchor_end } else { start };
        if is_honest(self.between(anchor_end, end), self.between(from, end), length) {
            return;
        }
        self.add(from, end, format.name);
    }

    fn name(&mut self, hit: usize, hit_end: usize) {
        if hit < self.named {
            return;
        }
        let bytes = self.bytes();
        let part = |at: usize| match bytes.get(at) {
            Some(b) if b.is_ascii_alphanumeric() || *b == b'_' => true,
            // Joins two parts of one name.
            Some(b'-' | b'.') => {
                let near = |at: Option<usize>| {
                    at.and_then(|at| bytes.get(at)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
                };
                near(at.checked_sub(1)) && near(Some(at + 1))
            }
            _ => false,
        };
        let mut start = hit;
        while start > 0 && part(start - 1) {
            start -= 1;
        }
        let mut end = hit_end;
        while part(end) {
            end += 1;
        }
        // `\nPASSWORD=` inside a literal: the letter belongs to the escape.
        if start > 0 && bytes.get(start - 1) == Some(&b'\\') && matches!(bytes.get(start), Some(b'n' | b't' | b'r')) {
            start += 1;
        }
        self.named = end;
        if end - start > 80 {
            return;
        }
        let (name, before) = (self.between(start, end), self.before(start));
        if before.ends_with(':')
            && before
                .rsplit(|c: char| c.is_whitespace() || c == '"')
                .next()
                .is_some_and(|word| word.starts_with("arn:"))
        {
            // `arn:aws:secretsmanager:...:secret:NAME`: the name of a secret.
            return;
        }
        if placeholder::find(name).is_some() {
            // What it stands for was judged before.
            return;
        }
        if let Some(class) = names::class(name, before) {
            assignment::follow(self, start, end, class);
        }
    }

    fn mark(&mut self, mark: Mark, start: usize, end: usize) {
        match mark {
            Mark::Url => urls::url(self, start),
            Mark::PrivateKey => layout::private_key(self, start),
            Mark::Scheme => urls::scheme(self, start, end),
            Mark::Call(literals) => call::call(self, end, literals),
            Mark::Flag => urls::flag(self, start, end),
            Mark::Before(class) => call::literal_before(self, start, class),
            Mark::Literal => call::first_literal(self, end),
            Mark::Assigned => call::assigned_literal(self, end),
            Mark::Dsn => urls::dsn(self, start),
        }
    }

    /// A bot's token of Discord: its only anchor is a point.
    fn discord(&mut self) {
        if self.text.len() < 59 {
            return;
        }
        let bytes = self.bytes();
        let mut tokens = Vec::new();
        for at in memchr::memchr_iter(b'.', bytes) {
            if bytes.get(at + 7) != Some(&b'.') || Alphabet::Url.run(bytes, at + 1) != 6 {
                continue;
            }
            let left = Alphabet::Url.run_back(bytes, at);
            let right = Alphabet::Url.run(bytes, at + 8);
            if (23..=28).contains(&left)
                && (27..=40).contains(&right)
                && matches!(bytes.get(at - left), Some(b'M' | b'N' | b'O'))
            {
                tokens.push((at - left, at + 8 + right));
            }
        }
        for (start, end) in tokens {
            self.add(start, end, "discord-token");
        }
    }

    fn known(&mut self, known: &str) {
        let Some(part) = known.get(..KNOWN_PART) else { return };
        let places: Vec<usize> = memchr::memmem::find_iter(self.bytes(), part.as_bytes()).collect();
        for at in places {
            let same = self.from(at).bytes().zip(known.bytes()).take_while(|(a, b)| a == b).count();
            let mut end = at + same;
            while !self.text.is_char_boundary(end) {
                end -= 1;
            }
            self.add(at, end, "own-key");
        }
    }
}

/// Whether a token may begin at `at`: not inside a word, unless that is an escape or a percent code.
fn is_boundary(bytes: &[u8], at: usize) -> bool {
    let back = |count: usize| at.checked_sub(count).and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    if !back(1).is_ascii_alphanumeric() {
        return true;
    }
    matches!(back(1), b'n' | b't' | b'r') && back(2) == b'\\'
        || back(3) == b'%' && back(1).is_ascii_hexdigit() && back(2).is_ascii_hexdigit()
}

/// `sha256=`, `sha512-`: what follows is a digest, whatever its first letters are.
fn is_digest(before: &str) -> bool {
    let before = before.trim_end_matches(['=', '-', ':']);
    ["sha1", "sha256", "sha384", "sha512", "md5"].iter().any(|name| before.ends_with(name))
}

/// A body that no service gave out: a placeholder, or a name that only begins like a token.
fn is_honest(body: &str, whole: &str, length: usize) -> bool {
    if length >= 4 && values::is_placeholder(body) || values::is_placeholder(whole) {
        return true;
    }
    let letters_only = body.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-' | b'.' | b'/' | b' '));
    let capitals_only = body.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-' | b'.'));
    if letters_only || capitals_only && (length < 8 || body.contains('_')) {
        return length > 0;
    }
    // A certificate or public key in base64.
    whole.starts_with("LS0tLS1CRUdJTiBDRVJU") || whole.starts_with("LS0tLS1CRUdJTiBQVUJM")
}

/// Sorts, and makes one of ranges that overlap.
fn join(found: &mut Vec<Found>, text: &str) {
    found.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end)));
    let mut joined: Vec<Found> = Vec::with_capacity(found.len());
    for next in found.drain(..) {
        match joined.last_mut() {
            Some(last) if next.start < last.end => last.end = last.end.max(next.end),
            _ => joined.push(next),
        }
    }
    joined.retain(|found| text.get(found.start as usize..found.end as usize).is_some());
    *found = joined;
}
