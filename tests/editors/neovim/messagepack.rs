//! As much of MessagePack as a conversation with `nvim --embed` needs: requests out, and the head of each answer in.

use std::io::{self, BufRead};

use serde_json::Value;

/// `[0, id, method, arguments]`, a request of MessagePack-RPC.
pub fn request(id: u32, method: &str, arguments: &[&str]) -> Vec<u8> {
    let mut out = vec![0x94, 0x00, 0xce];
    out.extend(id.to_be_bytes());
    string(&mut out, method);
    array(&mut out, arguments.len());
    for argument in arguments {
        string(&mut out, argument);
    }
    out
}

/// `nvim_exec_lua(code, [])`, whose second argument is an empty array.
pub fn lua(id: u32, code: &str) -> Vec<u8> {
    let mut out = vec![0x94, 0x00, 0xce];
    out.extend(id.to_be_bytes());
    string(&mut out, "nvim_exec_lua");
    array(&mut out, 2);
    string(&mut out, code);
    array(&mut out, 0);
    out
}

/// `nvim_ui_attach(columns, rows, {})`, both less than 128.
pub fn attach_screen(id: u32, columns: u8, rows: u8) -> Vec<u8> {
    let mut out = vec![0x94, 0x00, 0xce];
    out.extend(id.to_be_bytes());
    string(&mut out, "nvim_ui_attach");
    array(&mut out, 3);
    // Small numbers are themselves, and 0x80 is an empty map.
    out.extend([columns, rows, 0x80]);
    out
}

fn array(out: &mut Vec<u8>, length: usize) {
    out.push(0x90 | u8::try_from(length).expect("few"));
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(0xdb);
    out.extend(u32::try_from(text.len()).expect("short").to_be_bytes());
    out.extend(text.as_bytes());
}

/// Reads one value. Maps come as arrays of keys and values, and extension types as null: nothing here asks for them.
pub fn read(from: &mut impl BufRead) -> io::Result<Value> {
    let tag = number(from, 1)? as u8;
    Ok(match tag {
        0x00..=0x7f => tag.into(),
        0x80..=0x8f => values(from, 2 * u64::from(tag & 0x0f))?,
        0x90..=0x9f => values(from, u64::from(tag & 0x0f))?,
        0xa0..=0xbf => text(from, u64::from(tag & 0x1f))?,
        0xc2 => false.into(),
        0xc3 => true.into(),
        0xc4 | 0xd9 => sized(from, 1, text)?,
        0xc5 | 0xda => sized(from, 2, text)?,
        0xc6 | 0xdb => sized(from, 4, text)?,
        0xc7 => extension(from, 1)?,
        0xca => f32::from_bits(number(from, 4)? as u32).into(),
        0xcb => f64::from_bits(number(from, 8)?).into(),
        0xcc | 0xd0 => number(from, 1)?.into(),
        0xcd | 0xd1 => number(from, 2)?.into(),
        0xce | 0xd2 => number(from, 4)?.into(),
        0xcf | 0xd3 => number(from, 8)?.into(),
        0xd4..=0xd8 => skip(from, 1 + (1 << (tag - 0xd4)))?,
        0xdc => sized(from, 2, values)?,
        0xdd => sized(from, 4, values)?,
        0xde => sized(from, 2, |from, length| values(from, 2 * length))?,
        0xdf => sized(from, 4, |from, length| values(from, 2 * length))?,
        0xe0.. => (tag as i8).into(),
        _ => Value::Null,
    })
}

fn extension(from: &mut impl BufRead, size: usize) -> io::Result<Value> {
    let length = number(from, size)?;
    skip(from, 1 + length)
}

fn skip(from: &mut impl BufRead, length: u64) -> io::Result<Value> {
    (0..length).try_for_each(|_| number(from, 1).map(drop))?;
    Ok(Value::Null)
}

fn sized<R: BufRead>(from: &mut R, size: usize, read: fn(&mut R, u64) -> io::Result<Value>) -> io::Result<Value> {
    let length = number(from, size)?;
    read(from, length)
}

fn values<R: BufRead>(from: &mut R, length: u64) -> io::Result<Value> {
    (0..length).map(|_| read(from)).collect()
}

fn text<R: BufRead>(from: &mut R, length: u64) -> io::Result<Value> {
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into())
}

fn number(from: &mut impl BufRead, size: usize) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes[8 - size..])?;
    Ok(u64::from_be_bytes(bytes))
}
