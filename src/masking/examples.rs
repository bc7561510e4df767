//! Made-up secrets, put together from parts so that no scanner finds one in the source.

/// Makes a member of `pattern`: `|` is nothing, `<A36>` is 36 letters and digits, `L` lower case and digits, `U` upper
/// case and digits, `H` hexadecimal, `D` digits, `B` base64, `S` base64 for URLs, `P` a password with signs; other text
/// stands for itself. Equal seeds make equal secrets.
pub fn assemble(pattern: &str, seed: u64) -> String {
    let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |bound: usize| {
        // xorshift64*: enough for examples.
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        usize::try_from(random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap_or_default() % bound.max(1)
    };
    let mut made = String::new();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        if c == '|' {
            continue;
        }
        let class = rest.chars().next().and_then(alphabet).filter(|_| c == '<');
        let Some((alphabet, (count, behind))) = class.zip(rest.get(1..).and_then(|rest| rest.split_once('>'))) else {
            made.push(c);
            continue;
        };
        for _ in 0..count.parse().unwrap_or(0) {
            made.push(alphabet.as_bytes().get(next(alphabet.len())).copied().map_or('x', char::from));
        }
        rest = behind;
    }
    made
}

fn alphabet(class: char) -> Option<&'static str> {
    Some(match class {
        'A' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        'L' => "abcdefghijklmnopqrstuvwxyz0123456789",
        'U' => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        'H' => "0123456789abcdef",
        'D' => "0123456789",
        'B' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        'S' => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        'P' => "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#%*+-.=?@^_~",
        _ => return None,
    })
}
