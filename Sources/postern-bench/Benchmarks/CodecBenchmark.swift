import ArgumentParser
import Postern
import PosternJSONRPC

/// Measures encoding and decoding of values.
struct CodecBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codec",
        abstract: "Encodes and decodes a small struct and scalars, as MessagePack and as JSON."
    )

    @OptionGroup var time: TimeOptions

    func run() async throws { try await Self.measure(time) }

    static func measure(_ time: TimeOptions) async throws {
        try measure(MessagePack.self, time)
        try measure(JSON.self, time)
    }

    private static func measure(_ codec: any PayloadCodec.Type, _ time: TimeOptions) throws {
        try measure("struct", Sample.example, codec, time)
        try measure("integer", 123_456_789, codec, time)
        try measure("double", 0.123456789, codec, time)
        try measure("text of 20 bytes", "twenty bytes of text", codec, time)
    }

    private static func measure<Content: Codable & Equatable>(
        _ name: String,
        _ value: Content,
        _ codec: any PayloadCodec.Type,
        _ time: TimeOptions
    ) throws {
        var bytes: [UInt8] = []
        try ClosedLoop.measureShort("codec \(codec.name) encode \(name)", time) {
            bytes.removeAll(keepingCapacity: true)
            try codec.encode(value, into: &bytes)
        }
        try ClosedLoop.measureShort("codec \(codec.name) decode \(name)", time) {
            let decoded = try codec.decode(Content.self, from: bytes.span)
            guard decoded == value else { throw BenchmarkFailure("\(codec.name) changed \(value) to \(decoded)") }
        }
    }
}

/// A small struct, as is typical of services.
private struct Sample: Codable, Equatable {
    let id: Int
    let name: String
    let score: Double
    let isActive: Bool
    let tags: [String]

    static let example = Sample(id: 4711, name: "Grete", score: 0.75, isActive: true, tags: ["a", "b", "c"])
}

/// The error of a benchmark that cannot continue.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
