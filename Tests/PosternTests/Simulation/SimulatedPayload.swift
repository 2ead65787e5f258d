@testable import Postern

/// The content of simulated messages: a number, and references, each after the number of the function that it means.
enum SimulatedPayload {
    /// Returns the encoding of one value.
    static func encoded(_ number: Int, _ references: [(function: Int, WireReference)] = []) -> [UInt8] {
        var bytes = [0x91 + UInt8(2 * references.count), 0xcd, UInt8(number >> 8 & 0xff), UInt8(number & 0xff)]
        for (function, reference) in references {
            bytes += [0xcd, UInt8(function >> 8 & 0xff), UInt8(function & 0xff)]
            MessagePack.write(reference, into: &bytes)
        }
        return bytes
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.dropFirst(2).prefix(2).reduce(0) { $0 << 8 | Int($1) }
    }

    /// Returns the number of references in a value.
    static func count(_ bytes: ArraySlice<UInt8>) -> Int { bytes.first.map { Int($0 & 0xf) / 2 } ?? 0 }

    static func references(_ bytes: [UInt8]) throws(PayloadError) -> [(function: Int, WireReference)] {
        var references: [(function: Int, WireReference)] = []
        for index in 0..<count(bytes[...]) {
            let start = 4 + 15 * index
            let reference = try MessagePack.readReference(bytes.span.extracting(start + 3..<start + 15))
            references.append((Int(bytes[start + 1]) << 8 | Int(bytes[start + 2]), reference))
        }
        return references
    }
}
