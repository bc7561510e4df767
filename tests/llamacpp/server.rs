//! A llama.cpp server of one test's own, on a free port.

use std::env;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than a model of half a megabyte takes on a busy machine.
const READY: Duration = Duration::from_secs(30);

pub struct Server {
    child: Child,
    port: u16,
    arguments: Vec<String>,
}

impl Server {
    /// One that answers, with these arguments besides the usual ones.
    pub fn start(arguments: &[&str]) -> Self {
        let server = Self::start_without_waiting(arguments);
        server.wait();
        server
    }

    pub fn start_without_waiting(arguments: &[&str]) -> Self {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { child: spawn(port, &arguments), port, arguments }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// At the same address, until it answers.
    pub fn start_again(&mut self) {
        self.child = spawn(self.port, &self.arguments);
        self.wait();
    }

    fn wait(&self) {
        let begun = Instant::now();
        while !is_healthy(self.port) {
            assert!(begun.elapsed() < READY, "the server does not answer");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, arguments: &[String]) -> Child {
    let place = env::var("CODESTRAL_LLAMACPP").expect("start these tests by tests/llamacpp/run");
    let place = PathBuf::from(place);
    Command::new(place.join("llama-server"))
        // Two threads of a model of this size only wait for each other.
        .args(["--host", "127.0.0.1", "-np", "1", "-t", "1", "--slots", "--port"])
        .arg(port.to_string())
        .arg("-m")
        .arg(place.join("tiny.gguf"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts")
}

fn is_healthy(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let asked = stream.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}
