//! The protocol buffer encoding, as far as OpenStreetMap files use it: borrowed fields and packed numbers, nothing allocated.

/// What contradicts the encoding, in words.
pub(super) type Malformed = &'static str;

const RUNS_OUT: Malformed = "a field runs past the end of its message";

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A whole number; signed ones are not yet unfolded.
    Number(u64),
    /// A string, a nested message or packed numbers.
    Bytes(&'a [u8]),
    /// Four or eight bytes that no field of this format uses.
    Fixed,
}

impl<'a> Value<'a> {
    pub(super) fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err("a number stands where text, a message or packed numbers belong"),
        }
    }

    pub(super) fn number(self) -> Result<u64, Malformed> {
        match self {
            Value::Number(number) => Ok(number),
            _ => Err("something else stands where a number belongs"),
        }
    }

    /// A number of the types int32 and int64.
    pub(super) fn signed(self) -> Result<i64, Malformed> {
        self.number().map(u64::cast_signed)
    }

    /// A number of the types sint32 and sint64.
    pub(super) fn zigzag(self) -> Result<i64, Malformed> {
        self.number().map(unfold)
    }

    pub(super) fn text(self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "a text is not UTF-8")
    }
}

/// The fields of a message, in order.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a>(Packed<'a>);

impl<'a> Fields<'a> {
    pub(super) fn of(message: &'a [u8]) -> Self {
        Fields(Packed(message))
    }

    fn value(&mut self, wire_type: u64) -> Result<Value<'a>, Malformed> {
        let length = match wire_type {
            0 => return self.0.next().unwrap_or(Err(RUNS_OUT)).map(Value::Number),
            1 => 8,
            2 => self.0.next().unwrap_or(Err(RUNS_OUT))?,
            5 => 4,
            _ => return Err("a field has a type that the format does not know"),
        };
        let length = usize::try_from(length).map_err(|_| RUNS_OUT)?;
        let (bytes, rest) = self.0.0.split_at_checked(length).ok_or(RUNS_OUT)?;
        self.0 = Packed(rest);
        Ok(if wire_type == 2 { Value::Bytes(bytes) } else { Value::Fixed })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let tag = match self.0.next()? {
            Ok(tag) => tag,
            Err(malformed) => return Some(Err(malformed)),
        };
        let value = if tag >> 3 == 0 { Err("a field has the number 0, which stands for none") } else { self.value(tag & 7) };
        if value.is_err() {
            self.0 = Packed(&[]);
        }
        Some(value.map(|value| (tag >> 3, value)))
    }
}

/// Numbers written one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Packed<'a>(pub(super) &'a [u8]);

impl<'a> Packed<'a> {
    /// The numbers as signed differences, each added to the one before.
    pub(super) fn running_sum(self) -> impl Iterator<Item = Result<i64, Malformed>> + use<'a> {
        let mut sum = 0_i64;
        self.map(move |number| {
            sum = sum.wrapping_add(unfold(number?));
            Ok(sum)
        })
    }

    /// How many numbers there are, without decoding them.
    pub(super) fn length(&self) -> usize {
        self.0.iter().filter(|&&byte| byte < 0x80).count()
    }

    #[cold]
    fn fail(&mut self, malformed: Malformed) -> Option<Result<u64, Malformed>> {
        self.0 = &[];
        Some(Err(malformed))
    }
}

impl Iterator for Packed<'_> {
    type Item = Result<u64, Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (&first, rest) = self.0.split_first()?;
        if first < 0x80 {
            self.0 = rest;
            return Some(Ok(u64::from(first)));
        }
        let mut number = u64::from(first & 0x7f);
        for (i, &byte) in rest.iter().take(9).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * (i + 1));
            if byte < 0x80 {
                self.0 = &rest[i + 1..];
                return Some(Ok(number));
            }
        }
        self.fail("a number has no end")
    }
}

fn unfold(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length() {
        let bytes = [0x00, 0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let numbers: Vec<_> = Packed(&bytes).collect();
        assert_eq!(numbers, [Ok(0), Ok(127), Ok(128), Ok(u64::MAX)]);
        assert_eq!(Packed(&bytes).length(), 4);
        let sums: Vec<_> = Packed(&[2, 1, 4]).running_sum().collect();
        assert_eq!(sums, [Ok(1), Ok(0), Ok(2)]);
    }

    #[test]
    fn cut_numbers_and_fields_are_errors_and_end() {
        for bytes in [&[0x80][..], &[0xff; 12]] {
            let numbers: Vec<_> = Packed(bytes).collect();
            assert_eq!(numbers, [Err("a number has no end")]);
        }
        for bytes in [&[0x0a, 5, 1][..], &[0x08], &[0x0b], &[0x09, 1]] {
            let fields: Vec<_> = Fields::of(bytes).collect();
            assert!(matches!(fields[..], [Err(_)]), "{bytes:?}: {fields:?}");
        }
    }
}
