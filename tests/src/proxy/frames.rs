//! Takes apart what an AMQP server sends, and leaves some of it out.

use std::collections::HashSet;

/// Type, channel, size of the payload; the payload and an end octet follow (AMQP 0-9-1 §4.2.3).
const HEAD: usize = 7;
const METHOD: u8 = 1;
const HEARTBEAT: u8 = 8;
/// Class and method of `basic.deliver` (§1.8.3.13).
const DELIVER: [u8; 4] = [0, 60, 0, 60];

/// What reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passing {
    Everything,
    /// No deliveries.
    Answers,
    /// Nothing else.
    Heartbeats,
}

/// What one connection's server sends.
#[derive(Default)]
pub(super) struct Frames {
    /// A frame that has not come in whole.
    rest: Vec<u8>,
    /// Channels on which a delivery is being left out: its header and body are still to come.
    leaving_out: HashSet<[u8; 2]>,
}

impl Frames {
    /// What passes of the bytes received so far, in whole frames.
    pub(super) fn pass(&mut self, bytes: &[u8], passing: Passing) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        let mut passed = Vec::new();
        let mut at = 0;
        while let Some(length) = frame_length(&self.rest[at..]) {
            let frame = &self.rest[at..at + length];
            if !is_left_out(&mut self.leaving_out, frame, passing) {
                passed.extend_from_slice(frame);
            }
            at += length;
        }
        self.rest.drain(..at);
        passed
    }
}

fn frame_length(bytes: &[u8]) -> Option<usize> {
    let size = bytes.get(3..HEAD)?;
    let length = HEAD + u32::from_be_bytes(size.try_into().ok()?) as usize + 1;
    (bytes.len() >= length).then_some(length)
}

fn is_left_out(leaving_out: &mut HashSet<[u8; 2]>, frame: &[u8], passing: Passing) -> bool {
    let channel = [frame[1], frame[2]];
    match frame[0] {
        HEARTBEAT => false,
        _ if passing == Passing::Heartbeats => true,
        METHOD if passing == Passing::Answers && frame[HEAD..].starts_with(&DELIVER) => {
            leaving_out.insert(channel)
        }
        // The next method on a channel comes after the whole of a delivery.
        METHOD => {
            leaving_out.remove(&channel);
            false
        }
        _ => leaving_out.contains(&channel),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, channel: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![kind, 0, channel];
        frame.extend((payload.len() as u32).to_be_bytes());
        frame.extend(payload);
        frame.push(0xce);
        frame
    }

    #[test]
    fn only_what_shall_is_left_out_however_the_bytes_come() {
        let beat = frame(HEARTBEAT, 0, b"");
        let ack = frame(METHOD, 1, &[0, 60, 0, 80, 1]);
        let deliver = frame(METHOD, 2, &[0, 60, 0, 60, 9]);
        let (header, body) = (frame(2, 2, b"header"), frame(3, 2, b"body"));
        let other = frame(3, 3, b"another channel's body");
        let sent = [&beat[..], &deliver, &header, &beat, &other, &body, &ack].concat();
        let passed = |passing| {
            let mut frames = Frames::default();
            sent.chunks(5).flat_map(|some| frames.pass(some, passing)).collect::<Vec<u8>>()
        };
        assert_eq!(passed(Passing::Answers), [&beat[..], &beat, &other, &ack].concat());
        assert_eq!(passed(Passing::Heartbeats), [&beat[..], &beat].concat());
        assert_eq!(passed(Passing::Everything), sent);
    }
}
