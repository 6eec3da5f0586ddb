//! A proxy that the environment names is used, and by it nothing travels in the clear.

mod machine;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use machine::{Machine, Ran, this_week, today};

/// A name that nobody has, so that nothing arrives anywhere.
const COLLECTOR: &str = "https://count.invalid";

/// A proxy that opens no connection: it agrees to whatever is asked first, and hears what comes then.
struct Proxy {
    address: String,
    heard: Receiver<Vec<u8>>,
}

impl Proxy {
    fn agreeing_by(answer: &'static [u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (arrived, heard) = channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                for (is_whole, answer) in [(asks as fn(&[u8]) -> bool, answer), (names, b"")] {
                    // Known before it is answered, so that whoever was answered sees it here.
                    if arrived.send(read(&mut stream, is_whole)).is_err() {
                        return;
                    }
                    let _ = stream.write_all(answer);
                }
            }
        });
        Self { address, heard }
    }

    /// What was heard since this was asked last.
    fn heard(&self) -> Vec<Vec<u8>> {
        self.heard.try_iter().collect()
    }
}

/// Reads until it is whole, or nothing more comes.
fn read(stream: &mut TcpStream, is_whole: fn(&[u8]) -> bool) -> Vec<u8> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !is_whole(&bytes) && stream.read(&mut byte).is_ok_and(|length| length > 0) {
        bytes.extend(byte);
    }
    bytes
}

/// Whether it asks for a connection: as HTTP does, or as SOCKS begins.
fn asks(bytes: &[u8]) -> bool {
    let is_socks =
        |[version, methods]: &[u8; 2]| *version == 5 && bytes.len() == 2 + usize::from(*methods);
    bytes.ends_with(b"\r\n\r\n") || bytes.first_chunk().is_some_and(is_socks)
}

/// Whether it names the collector.
fn names(bytes: &[u8]) -> bool {
    bytes.ends_with(b"count.invalid")
}

fn machine() -> Machine {
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {COLLECTOR}"));
    machine.use_library(this_week(), 1, "counted-library", COLLECTOR);
    machine
}

/// Sends with some variables; it does not arrive, and waits.
#[track_caller]
fn send(variables: &[(&str, &str)]) {
    let machine = machine();
    let mut command = machine.command(&format!("send --through {}", today()));
    let ran = Ran::of(command.envs(variables.iter().copied()));
    assert_eq!(ran.status, 1, "{variables:?}: {}", ran.stderr);
    assert_eq!(machine.reports("outbox").len(), 1, "{variables:?}");
}

#[test]
fn the_usual_variables_name_a_proxy_and_tls_goes_through_it() {
    let proxy = Proxy::agreeing_by(b"HTTP/1.1 200 yes\r\n\r\n");
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        send(&[(name, &format!("http://{}", proxy.address))]);
        let heard = proxy.heard();
        let [connect, hello] = heard.as_slice() else { panic!("{name}: {heard:?}") };
        let request = String::from_utf8_lossy(connect);
        assert!(request.starts_with("CONNECT count.invalid:443 HTTP/1.1\r\n"), "{name}: {request}");
        // A record of TLS that holds a handshake's first message, with the name of the collector.
        assert!(hello.starts_with(&[22, 3]) && hello[5] == 1, "{name}: {hello:?}");
        assert!(names(hello), "{name}: {hello:?}");
    }
}

/// It is asked by name, so whoever hides from their network does not ask that network's name server.
#[test]
fn a_socks_proxy_is_used_and_not_passed_by() {
    let proxy = Proxy::agreeing_by(&[5, 0]);
    send(&[("ALL_PROXY", &format!("socks5h://{}", proxy.address))]);
    let heard = proxy.heard();
    let [greeting, request] = heard.as_slice() else { panic!("{heard:?}") };
    assert_eq!(greeting[0], 5, "{greeting:?}");
    assert!(names(request), "{request:?}");
}

#[test]
fn a_host_may_be_excepted_and_this_machine_always_is() {
    let proxy = Proxy::agreeing_by(b"HTTP/1.1 200 yes\r\n\r\n");
    let url = format!("http://{}", proxy.address);
    for name in ["NO_PROXY", "no_proxy"] {
        send(&[("HTTPS_PROXY", &url), (name, "localhost,count.invalid")]);
        assert!(proxy.heard().is_empty(), "{name} does not except");
    }
    let collector = "http://127.0.0.1:1"; // nobody listens there
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {collector}"));
    machine.use_library(this_week(), 1, "counted-library", collector);
    let mut command = machine.command(&format!("send --through {}", today()));
    let ran = Ran::of(command.env("ALL_PROXY", &url).env("HTTP_PROXY", &url));
    assert_eq!(ran.status, 1, "{}", ran.stderr);
    assert!(proxy.heard().is_empty(), "a report to this machine itself went to the proxy");
}
