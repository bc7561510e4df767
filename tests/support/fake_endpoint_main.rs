//! The fake endpoint as a program, for tests in other languages. Prints its URL on the first line, then serves.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, reason = "a test tool's wire is its stdout")]

use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[path = "fake_endpoint.rs"]
mod fake_endpoint;

use fake_endpoint::{Config, Fake, Received, Script, knows};

const HELP: &str = "\
fake_endpoint [options]
  --port N            listen there (default: any free port)
  --reply TEXT        answer every request with TEXT
  --knows FILE...     answer with what follows in these files
  --lines N           at most so many lines of them (default 1)
  --status N          refuse every request with this status
  --body TEXT         the body of that refusal
  --delay MS          wait before each answer
  --chunk-delay MS    wait between the pieces of an answer
  --key KEY           take only this API key
  --tls DIR           speak TLS; the authority's certificate is DIR/ca.pem
GET /__stats gives the counters as JSON.";

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let fake = Fake::start_with(arguments.config.clone(), arguments.script());
    println!("{}", fake.url());
    // A pipe is not flushed by a line end.
    stdout().flush().unwrap();
    fake.serve();
    ExitCode::SUCCESS
}

#[derive(Default)]
struct Arguments {
    config: Config,
    reply: String,
    texts: Vec<String>,
    lines: Option<usize>,
    status: Option<u16>,
    body: String,
    delay: Duration,
    chunk_delay: Duration,
}

impl Arguments {
    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self::default();
        let mut arguments = arguments.peekable();
        while let Some(flag) = arguments.next() {
            if flag == "--knows" {
                while let Some(path) = arguments.next_if(|argument| !argument.starts_with("--")) {
                    read.texts.push(fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?);
                }
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{flag} is unknown or lacks its value"))?;
            read.set(&flag, value)?;
        }
        Ok(read)
    }

    fn set(&mut self, flag: &str, value: String) -> Result<(), String> {
        let number = || value.parse::<u64>().map_err(|_| format!("{flag} wants a number, not {value:?}"));
        let small =
            || number().and_then(|number| u16::try_from(number).map_err(|_| format!("{flag} {number} is too large")));
        match flag {
            "--port" => self.config.port = small()?,
            "--status" => self.status = Some(small()?),
            "--lines" => self.lines = Some(usize::try_from(number()?).unwrap_or(usize::MAX)),
            "--delay" => self.delay = Duration::from_millis(number()?),
            "--chunk-delay" => self.chunk_delay = Duration::from_millis(number()?),
            "--reply" => self.reply = value,
            "--body" => self.body = value,
            "--key" => self.config.key = Some(value),
            "--tls" => self.config.tls_in = Some(PathBuf::from(value)),
            _ => return Err(format!("{flag} is unknown")),
        }
        Ok(())
    }

    fn script(self) -> impl Fn(&Received) -> Script + Send + Sync + 'static {
        let is_reader = !self.texts.is_empty();
        let known = knows(self.texts, self.lines.unwrap_or(1));
        move |received| {
            let script = match self.status {
                Some(status) => Script::refuse(status, self.body.as_str()),
                None if is_reader => known(received),
                None => Script::text(&self.reply),
            };
            script.after(self.delay).between(self.chunk_delay)
        }
    }
}
