/// Reads a value of one of the most frequent types; nil for others, and when it is not such a value.
///
/// In code that knows the type, the comparisons cost nothing and one of the branches is left.
@inlinable
@inline(__always)
func readFrequent<Argument>(
    _ type: Argument.Type,
    _ value: Span<UInt8>,
    _ codec: any PayloadCodec.Type
) -> Argument? {
    if type == Double.self {
        if let number = try? codec.readDouble(value) { return number as? Argument }
    } else if type == Int.self {
        if let number = try? codec.readInt64(value) { return Int(truncatingIfNeeded: number) as? Argument }
    } else if type == String.self {
        if let text = try? codec.readString(value) { return text as? Argument }
    } else if type == Bool.self {
        if let truth = try? codec.readBool(value) { return truth as? Argument }
    }
    return nil
}

/// Writes a value of one of the most frequent types, and tells whether it was one.
///
/// In code that knows the type, the comparisons cost nothing and one of the branches is left.
@inlinable
func writeFrequent<Result>(
    _ value: Result,
    _ codec: any PayloadCodec.Type,
    _ output: inout [UInt8]
) throws(PayloadError) -> Bool {
    if Result.self == Double.self, let number = value as? Double {
        try codec.write(number, into: &output)
    } else if Result.self == Int.self, let number = value as? Int {
        codec.write(Int64(truncatingIfNeeded: number), into: &output)
    } else if Result.self == String.self, let text = value as? String {
        codec.write(text, into: &output)
    } else if Result.self == Bool.self, let truth = value as? Bool {
        codec.write(truth, into: &output)
    } else {
        return false
    }
    return true
}
