//! A collector that answers as it was told: a real listener, and nothing of the real collector.

#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use flate2::read::GzDecoder;

/// How a request is answered.
#[derive(Clone)]
pub(crate) enum Answer {
    /// With a status and a body.
    Say(u16, String),
    /// With a redirection.
    Redirect(String),
    /// Not at all: the connection ends when the request has arrived.
    Lose,
}

impl Answer {
    /// A report was taken.
    pub(crate) fn taken() -> Self {
        Self::Say(200, "{\"admitted\": 1}".to_owned())
    }
}

/// A request that arrived.
pub(crate) struct Request {
    /// Method and target.
    pub(crate) line: String,
    /// Names, in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    /// What it means: it travels compressed.
    pub(crate) body: Vec<u8>,
}

pub(crate) struct Collector {
    pub(crate) url: String,
    requests: Receiver<Request>,
}

impl Collector {
    /// Answers one request after the other; the last answer is for all that follow.
    pub(crate) fn answering(answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (arrived, requests) = channel();
        let answers = answers.to_vec();
        thread::spawn(move || {
            for number in 0.. {
                let Ok((stream, _)) = listener.accept() else { return };
                let Some(request) = read(&stream) else { continue };
                let answer = &answers[number.min(answers.len() - 1)];
                // Known before it is answered, so that a client that has the answer sees it here.
                if arrived.send(request).is_err() {
                    return;
                }
                // A client that was killed does not hear it.
                let _ = write(stream, answer);
            }
        });
        Self { url, requests }
    }

    /// The requests that arrived since this was asked last.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }
}

/// Reads one request; `None` when it does not arrive whole.
fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        lines.push(line.to_owned());
    }
    let headers: Vec<_> = lines
        .iter()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    if headers.iter().any(|header| *header == ("content-encoding".to_owned(), "gzip".to_owned())) {
        body = inflated(&body);
    }
    Some(Request { line: lines.first()?.clone(), headers, body })
}

fn inflated(body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    GzDecoder::new(body).read_to_end(&mut content).unwrap();
    content
}

fn write(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    let (status, more, body) = match answer {
        Answer::Lose => return Ok(()),
        Answer::Say(status, body) => (*status, String::new(), body.as_str()),
        Answer::Redirect(url) => (302, format!("location: {url}\r\n"), ""),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} x\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
