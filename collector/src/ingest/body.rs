//! The body of a request, inflated if it came compressed.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, Read};
use std::pin::Pin;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use flate2::bufread::MultiGzDecoder;
use zstd::zstd_safe::{DCtx, ResetDirective, get_error_name};

use super::room::{Room, Taken};
use crate::collector::Collector;
use crate::error::Error;

/// Content codings that are taken, as `Accept-Encoding` lists them.
pub(crate) const CODINGS: &str = "gzip, zstd";

/// How many bytes one byte of a body may become. The most repetitive report that a machine makes,
/// thousands of sites called in several versions of one library, stays below; a file of zeros
/// becomes longer by more than this with gzip, and by twenty times this with zstd.
const MAX_RATIO: usize = 1_000;

/// The largest window of a zstd frame, as a power of two: 8 MiB, what RFC 9659 has every sender of
/// this coding keep to.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;

/// The bytes that the body of a request means: at most `MAX_BYTES`, as sent and inflated.
///
/// A body that says that it is longer is not read at all, and inflating stops at the first byte too
/// many. So no body costs more memory than a few times the limit: itself, what it becomes, and as
/// much of zstd's window as that fills. All bodies together have the room that they take.
pub(crate) struct Content<const MAX_BYTES: usize>(pub(crate) Vec<u8>, pub(crate) Taken);

impl<const MAX_BYTES: usize> FromRequest<Collector> for Content<MAX_BYTES> {
    type Rejection = Error;

    async fn from_request(request: Request, collector: &Collector) -> Result<Self, Error> {
        let coding = Coding::of(request.headers())?;
        let (body, taken) = read(request.into_body(), MAX_BYTES, &collector.room).await?;
        let room = MAX_BYTES.min(body.len().saturating_mul(MAX_RATIO));
        let content = match coding {
            Coding::Identity => return Ok(Self(body, taken)),
            Coding::Gzip => inflated(MultiGzDecoder::new(&*body), room)?,
            Coding::Zstd => CONTEXT.with_borrow_mut(|context| {
                inflated(zstd(&body, context).map_err(unreadable)?, room)
            })?,
        };
        drop((body, taken));
        let taken = collector.room.take(content.len())?;
        Ok(Self(content, taken))
    }
}

/// Reads a body as it was sent. One that dawdles has taken no more room than it has filled.
async fn read(mut body: Body, max_bytes: usize, room: &Room) -> Result<(Vec<u8>, Taken), Error> {
    if body.size_hint().lower() > max_bytes as u64 {
        return Err(Error::TooLarge);
    }
    let (mut bytes, mut taken) = (Vec::new(), room.take(0)?);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Error::Unreadable("the body was cut short".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > max_bytes {
            return Err(Error::TooLarge);
        }
        taken.add(room.take(data.len())?);
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, taken))
}

/// How a body is coded.
enum Coding {
    Identity,
    Gzip,
    Zstd,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let mut codings = headers.get_all(CONTENT_ENCODING).iter();
        let (coding, more) = (codings.next(), codings.next());
        let Some(coding) = coding else { return Ok(Self::Identity) };
        let is = |name: &str| coding.as_bytes().eq_ignore_ascii_case(name.as_bytes());
        match () {
            () if more.is_some() => Err(Error::Encoding),
            () if is("identity") => Ok(Self::Identity),
            () if is("gzip") || is("x-gzip") => Ok(Self::Gzip),
            () if is("zstd") => Ok(Self::Zstd),
            () => Err(Error::Encoding),
        }
    }
}

thread_local! {
    /// Making one takes longer than inflating a report. It keeps the largest window that it had, of which
    /// no more was ever touched than a body may become.
    static CONTEXT: RefCell<DCtx<'static>> = RefCell::new(DCtx::create());
}

fn zstd<'a>(body: &'a [u8], context: &'a mut DCtx<'static>) -> io::Result<impl Read + use<'a>> {
    // The body before may have been cut short.
    let reset = context.reset(ResetDirective::SessionOnly);
    reset.map_err(|code| io::Error::other(get_error_name(code)))?;
    let mut decoder = zstd::Decoder::with_context(body, context);
    decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
    Ok(decoder)
}

fn inflated(decoder: impl Read, room: usize) -> Result<Vec<u8>, Error> {
    // A report becomes about ten times as long.
    let mut content = Vec::with_capacity(room / (MAX_RATIO / 10));
    decoder.take(room as u64 + 1).read_to_end(&mut content).map_err(unreadable)?;
    if content.len() > room { Err(Error::TooLarge) } else { Ok(content) }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` passes the value")]
fn unreadable(error: io::Error) -> Error {
    Error::Unreadable(format!("the body is not what its content encoding says: {error}"))
}
