//! Messages out: the thread that owns stdout.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tower_lsp::jsonrpc::{Request, Response};

use super::uri_spelling::Spellings;

/// What we send.
#[derive(Debug)]
pub enum Outgoing {
    /// The answer to a request of the client's.
    Answer(Response),
    /// A request or notification of ours.
    Call(Request),
}

/// Writes messages in order until every sender is gone or `output` fails. Flushes whenever none is waiting.
pub fn write(output: impl Write, messages: &Receiver<Outgoing>, spellings: &Arc<Spellings>) -> io::Result<()> {
    let mut output = BufWriter::with_capacity(64 << 10, output);
    let mut body = Vec::new();
    while let Ok(first) = messages.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            body.clear();
            encode(message, spellings, &mut body)?;
            write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
            output.write_all(&body)?;
            next = messages.try_recv().ok();
        }
        output.flush()?;
    }
    Ok(())
}

fn encode(message: Outgoing, spellings: &Spellings, body: &mut Vec<u8>) -> io::Result<()> {
    let message = if spellings.is_empty() { message } else { restore(message, spellings) };
    match message {
        Outgoing::Answer(response) => serde_json::to_writer(body, &response)?,
        Outgoing::Call(request) => serde_json::to_writer(body, &request)?,
    }
    Ok(())
}

fn restore(message: Outgoing, spellings: &Spellings) -> Outgoing {
    match message {
        Outgoing::Answer(response) => {
            let (id, mut outcome) = response.into_parts();
            if let Ok(result) = &mut outcome {
                spellings.restore(result);
            }
            Outgoing::Answer(Response::from_parts(id, outcome))
        }
        Outgoing::Call(request) => {
            let (method, id, params) = request.into_parts();
            let mut call = Request::build(method);
            if let Some(id) = id {
                call = call.id(id);
            }
            if let Some(mut params) = params {
                spellings.restore(&mut params);
                call = call.params(params);
            }
            Outgoing::Call(call.finish())
        }
    }
}
