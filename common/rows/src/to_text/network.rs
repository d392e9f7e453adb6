//! Addresses of networks and of cards.

use super::Wrong;
use super::bits::hex;
use super::field::Field;
use super::number::padded;

const IPV4: u8 = 2;
const IPV6: u8 = 3;

/// Appends an address; the length of its prefix unless it is one host of an `inet`.
pub fn inet(field: &mut Field<'_>, text: &mut Vec<u8>) -> Result<(), Wrong> {
    let family = field.u8()?;
    let prefix = field.u8()?;
    let is_cidr = field.u8()? != 0;
    let len = field.u8()?;
    let whole = match (family, len) {
        (IPV4, 4) => {
            ipv4(field.array()?, text);
            32
        }
        (IPV6, 16) => {
            ipv6(field.array()?, text);
            128
        }
        _ => return Err(Wrong::Range),
    };
    if prefix > whole {
        return Err(Wrong::Range);
    }
    if is_cidr || prefix < whole {
        text.push(b'/');
        padded(prefix.into(), 1, text);
    }
    Ok(())
}

fn ipv4(address: [u8; 4], text: &mut Vec<u8>) {
    for (at, number) in address.into_iter().enumerate() {
        if at > 0 {
            text.push(b'.');
        }
        padded(number.into(), 1, text);
    }
}

/// The longest run of two or more zeros, the first of several, is left out. What follows five zeros and `ffff`, or
/// six zeros, is written as an IPv4 address.
fn ipv6(address: [u8; 16], text: &mut Vec<u8>) {
    let words: [u16; 8] = std::array::from_fn(|at| u16::from_be_bytes([address[2 * at], address[2 * at + 1]]));
    let run = longest_run(&words);
    let holds_ipv4 = match run.clone() {
        std::ops::Range { start: 0, end: 5 } => words[5] == 0xffff,
        std::ops::Range { start: 0, end: 6 } => true,
        _ => false,
    };
    for (at, &word) in words.iter().enumerate() {
        if run.contains(&at) {
            if at == run.start {
                text.push(b':');
            }
            continue;
        }
        if at > 0 {
            text.push(b':');
        }
        if at == 6 && holds_ipv4 {
            return ipv4([address[12], address[13], address[14], address[15]], text);
        }
        let digits = [(word >> 8) as u8, word as u8];
        let start = text.len();
        hex(digits[0], text);
        hex(digits[1], text);
        let zeros = text[start..].iter().take(3).take_while(|&&digit| digit == b'0').count();
        text.drain(start..start + zeros);
    }
    if !run.is_empty() && run.end == words.len() {
        text.push(b':');
    }
}

fn longest_run(words: &[u16; 8]) -> std::ops::Range<usize> {
    let mut longest = 0..0;
    let mut at = 0;
    while at < words.len() {
        let zeros = words[at..].iter().take_while(|&&word| word == 0).count();
        if zeros >= 2 && zeros > longest.len() {
            longest = at..at + zeros;
        }
        at += zeros.max(1);
    }
    longest
}

/// Appends the address of a card, byte by byte.
pub fn mac(address: &[u8], text: &mut Vec<u8>) {
    for (at, &byte) in address.iter().enumerate() {
        if at > 0 {
            text.push(b':');
        }
        hex(byte, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(family: u8, prefix: u8, cidr: u8, address: &[u8]) -> Result<String, Wrong> {
        let value = [&[family, prefix, cidr, address.len() as u8], address].concat();
        let mut text = Vec::new();
        inet(&mut Field(&value), &mut text)?;
        Ok(String::from_utf8(text).expect("addresses are ASCII"))
    }

    #[test]
    fn addresses() {
        assert_eq!(printed(IPV4, 32, 0, &[10, 0, 0, 255]).unwrap(), "10.0.0.255");
        assert_eq!(printed(IPV4, 32, 1, &[10, 0, 0, 255]).unwrap(), "10.0.0.255/32");
        assert_eq!(printed(IPV4, 8, 0, &[10, 0, 0, 1]).unwrap(), "10.0.0.1/8");
        for address in [
            "::",
            "::1",
            "1::",
            "2001:db8::ff00:42:8329",
            "1:0:0:2::3",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:7:0",
        ] {
            let parsed: std::net::Ipv6Addr = address.parse().expect("an address");
            assert_eq!(printed(IPV6, 128, 0, &parsed.octets()).unwrap(), address);
        }
        for (address, expected) in [
            ("::102:304", "::1.2.3.4"),
            ("::2", "::2"),
            ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"),
        ] {
            let parsed: std::net::Ipv6Addr = address.parse().expect("an address");
            assert_eq!(printed(IPV6, 128, 0, &parsed.octets()).unwrap(), expected);
        }
    }

    #[test]
    fn impossible_addresses_are_refused() {
        assert_eq!(printed(IPV4, 33, 0, &[0; 4]), Err(Wrong::Range));
        assert_eq!(printed(IPV4, 32, 0, &[0; 16]), Err(Wrong::Range));
        assert_eq!(printed(9, 32, 0, &[0; 4]), Err(Wrong::Range));
    }
}
