import GRPCCore

/// The messages of add.proto, written by hand, which is simpler for two numbers than generated code.
struct Numbers: Sendable {
    var a: Int64 = 0
    var b: Int64 = 0
}

struct Sum: Sendable {
    var value: Int64 = 0
}

/// Fields of type int64 in Protocol Buffers' encoding, numbered from 1 on.
private enum Fields {
    static func write<Bytes: GRPCContiguousBytes>(_ values: Int64...) -> Bytes {
        var bytes: [UInt8] = []
        for (index, value) in values.enumerated() where value != 0 {
            bytes.append(UInt8(index + 1) << 3)
            var rest = UInt64(bitPattern: value)
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        return Bytes(bytes)
    }

    static func read(_ bytes: some GRPCContiguousBytes) throws -> (Int64, Int64) {
        try bytes.withUnsafeBytes { bytes in
            var (values, index) = ([Int64](repeating: 0, count: 2), 0)
            while index < bytes.count {
                let field = Int(bytes[index] >> 3) - 1
                guard values.indices.contains(field) else { throw RPCError(code: .invalidArgument, message: "field") }
                var (value, shift): (UInt64, UInt64) = (0, 0)
                repeat {
                    index += 1
                    guard index < bytes.count else { throw RPCError(code: .invalidArgument, message: "too short") }
                    value |= UInt64(bytes[index] & 0x7f) << shift
                    shift += 7
                } while bytes[index] & 0x80 != 0
                values[field] = Int64(bitPattern: value)
                index += 1
            }
            return (values[0], values[1])
        }
    }
}

struct NumbersCodec: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: Numbers) -> Bytes { Fields.write(message.a, message.b) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Numbers {
        let (a, b) = try Fields.read(bytes)
        return Numbers(a: a, b: b)
    }
}

struct SumCodec: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: Sum) -> Bytes { Fields.write(message.value) }

    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> Sum { Sum(value: try Fields.read(bytes).0) }
}
