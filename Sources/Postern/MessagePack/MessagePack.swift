/// MessagePack as the encoding of payloads: the codec of the native protocol.
///
/// Readers take every form the specification knows, shortest or not; the writer chooses the shortest for integers,
/// text and bytes. Doubles always travel as 64 bits. Names in maps are strings, each once. Containers stand at most 64
/// deep and a payload holds at most 100,000 values.
///
/// Where JSON has no type of its own, the form that a value takes in JSON is accepted too, so that a gateway may
/// translate arguments without knowing what they are for: a string of digits for an integer, or a float up to 2^53
/// without a fraction; base64 text for bytes; RFC 3339 text for a timestamp. A timestamp (extension -1) reads as text. Other extensions can be skipped, not read.
///
/// Arguments are two values in a row: an array of positional ones or nil, then a map of named ones or nil. No bytes at
/// all mean no arguments.
public enum MessagePack: PayloadCodec {
    /// `MessagePack`.
    public static var name: String { "MessagePack" }
}

extension PayloadError {
    static let truncated = PayloadError(.malformed, "MessagePack ends in the middle of a value")
    static let trailing = PayloadError(.malformed, "MessagePack goes on after the end of the value")
}
