//! A proxy before a collector that fails as it is told, and remembers what it saw.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::read::GzDecoder;

/// How one request fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Another server's error; the collector hears nothing.
    Answer500,
    /// The connection ends in the middle of the body.
    CutInBody,
    /// The connection ends when the collector has the whole body.
    CutAfterBody,
    /// The connection ends when the collector has answered.
    LoseAnswer,
    /// The collector has answered, and nothing comes of it.
    Hang,
}

impl Fault {
    pub(crate) const ALL: [Self; 5] =
        [Self::Answer500, Self::CutInBody, Self::CutAfterBody, Self::LoseAnswer, Self::Hang];
}

/// What went through.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// Connections of senders.
    pub(crate) connections: usize,
    /// What the body of each request means.
    pub(crate) reports: Vec<Vec<u8>>,
    /// The body of each answer of the collector's, whether it was passed on or not.
    pub(crate) answers: Vec<String>,
}

pub(crate) struct FaultyProxy {
    url: String,
    seen: Arc<Mutex<Seen>>,
}

impl FaultyProxy {
    /// Each request meets one fault; those that follow are passed on.
    pub(crate) fn before(collector: &str, faults: &[Fault]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Mutex<Seen>>::default();
        let collector = collector.strip_prefix("http://").unwrap().to_owned();
        let mut way =
            Way { collector, faults: faults.iter().copied().collect(), seen: Arc::clone(&seen) };
        thread::spawn(move || {
            for client in listener.incoming() {
                way.seen.lock().unwrap().connections += 1;
                // What fails here is what the sender does: it went away.
                let _ = way.serve(client.unwrap());
            }
        });
        Self { url, seen }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

/// The way to a collector.
struct Way {
    collector: String,
    faults: VecDeque<Fault>,
    seen: Arc<Mutex<Seen>>,
}

impl Way {
    /// Serves one connection to its end.
    fn serve(&mut self, client: TcpStream) -> io::Result<()> {
        let mut client = BufReader::new(client);
        loop {
            let request = Message::read(&mut client)?;
            let mut report = Vec::new();
            GzDecoder::new(request.body.as_slice()).read_to_end(&mut report)?;
            self.seen.lock().unwrap().reports.push(report);
            match self.faults.pop_front() {
                None => self.ask(&request)?.write(client.get_mut())?,
                Some(Fault::Answer500) => {
                    client.get_mut().write_all(b"HTTP/1.1 500 x\r\ncontent-length: 0\r\n\r\n")?;
                }
                Some(Fault::CutInBody) => {
                    let half = request.body[..request.body.len() / 2].to_vec();
                    return Message { body: half, ..request }.write(&mut self.connect()?);
                }
                Some(Fault::CutAfterBody) => return request.write(&mut self.connect()?),
                Some(Fault::LoseAnswer) => return self.ask(&request).map(drop),
                Some(Fault::Hang) => {
                    self.ask(&request)?;
                    return client.read(&mut [0]).map(drop); // until the sender goes away
                }
            }
        }
    }

    fn ask(&self, request: &Message) -> io::Result<Message> {
        let mut collector = self.connect()?;
        request.write(&mut collector)?;
        let answer = Message::read(&mut BufReader::new(collector))?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        self.seen.lock().unwrap().answers.push(text);
        Ok(answer)
    }

    fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect(&self.collector)
    }
}

/// A request or an answer.
struct Message {
    /// All before the body.
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Message {
    fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if from.read_until(b'\n', &mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        from.read_exact(&mut body)?;
        Ok(Self { head, body })
    }

    fn write(&self, to: &mut TcpStream) -> io::Result<()> {
        to.write_all(&self.head)?;
        to.write_all(&self.body)
    }
}
