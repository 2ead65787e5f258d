/// MessagePack as the encoding of payloads: the codec of the native protocol.
///
/// Readers take every form the specification knows, shortest or not; the writer chooses the shortest for integers,
/// text and bytes. Doubles always travel as 64 bits. Names in maps are strings, each once. Containers stand at most 64
/// deep and a payload holds at most 100,000 values.
///
/// A float up to 2^53 without a fraction reads as an integer, and a timestamp (extension -1) as text. Other extensions
/// can be skipped, not read. In a message that a gateway made from JSON text is read for integers, bytes and timestamps
/// too: it says so in its frame.
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
