@testable import Postern

/// A client that sends a proper hello, and then arbitrary frames.
final class RawPeer {
    /// A received frame, in a form that tests can compare.
    enum Received: Hashable {
        case value(UInt64, [UInt8])
        case error(UInt64, code: Int, CallError.Executed, String)
        case notification(String, arguments: [UInt8])
        case goodbye(Int, String)
        case other(Frame)

        /// The code of an error; 0 for anything else.
        var code: Int {
            if case .error(_, let code, _, _) = self { code } else { 0 }
        }

        /// The value in a reply.
        var bytes: [UInt8]? {
            if case .value(_, let bytes) = self { bytes } else { nil }
        }
    }

    private let connection: RawConnection
    private var chunks: AsyncStream<[UInt8]>.Iterator
    private var bytes: [UInt8] = []
    private var lastID: UInt64 = 0
    /// The length of the largest frame after the hello, in bytes.
    private(set) var largestFrame = 0

    /// Exchanges hellos.
    init(_ connection: RawConnection, _ hello: Hello = Hello()) async throws {
        self.connection = connection
        chunks = connection.received.makeAsyncIterator()
        send { FrameWriter.writeHello(hello, into: &$0) }
        _ = try await next()
        largestFrame = 0
    }

    func send(_ bytes: [UInt8]) { connection.send(bytes) }

    func send(_ write: (inout [UInt8]) -> Void) { connection.send(Self.bytes(write)) }

    func setReading(_ reads: Bool) async throws { try await connection.setReading(reads) }

    func close() { connection.close() }

    /// Receives the next frame; `nil` once the connection has ended.
    func next() async throws -> Received? {
        while true {
            if let end = FrameSplitter.endOfFrame(at: 0, in: bytes.span) {
                let frame = Array(bytes[..<end])
                bytes.removeFirst(end)
                largestFrame = max(largestFrame, end - FrameSplitter.lengthBytes)
                return try Self.read(frame)
            }
            guard let more = await chunks.next(isolation: #isolation) else { return nil }
            bytes += more
        }
    }

    /// Sends one call and returns its reply; other frames are ignored.
    func call(_ path: String, _ arguments: [UInt8] = [0xc0, 0xc0], depth: UInt64 = 0) async throws -> Received? {
        let id = makeID()
        send { Self.writeCall(id, path, arguments, depth: depth, into: &$0) }
        return try await answer(to: id)
    }

    /// Receives the reply to a call, or the goodbye; other frames are ignored.
    func answer(to id: UInt64) async throws -> Received? {
        while let received = try await next() {
            switch received {
            case .value(id, _), .error(id, _, _, _), .goodbye: return received
            default: break
            }
        }
        return nil
    }

    /// Calls a method that returns references; returns their numbers.
    func borrow(_ path: String, _ arguments: [UInt8] = [0xc0, 0xc0]) async throws -> [UInt64] {
        let id = makeID()
        send { Self.writeCall(id, path, arguments, into: &$0) }
        var numbers: [UInt64] = []
        while let received = try await next() {
            switch received {
            case .other(.references(let received)): numbers += received.lent
            case .value(id, _): return numbers
            case .error(id, _, _, _), .goodbye: return []
            default: break
            }
        }
        return numbers
    }

    /// Returns the number of the next call.
    func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    static func bytes(_ write: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        write(&bytes)
        return bytes
    }

    /// Splits bytes into frames; an incomplete frame at the end is left out.
    static func frames(in bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var start = 0
        while let end = FrameSplitter.endOfFrame(at: start, in: bytes.span) {
            frames.append(Array(bytes[start..<end]))
            start = end
        }
        return frames
    }

    static func writeCall(
        _ id: UInt64,
        _ path: String,
        _ arguments: [UInt8] = [0xc0, 0xc0],
        flags: UInt8 = 0,
        depth: UInt64 = 0,
        into output: inout [UInt8]
    ) {
        let start = FrameWriter.begin(.call, fields: 8, id: id, into: &output)
        MessagePack.write(path, into: &output)
        output += [0xc0, flags]
        MessagePack.write(depth, into: &output)
        output += arguments
        FrameWriter.end(start, in: &output)
    }

    static func writeReferences(lent: [UInt64], into output: inout [UInt8]) {
        _ = FrameWriter.writeReferences(ReferenceNumbers(lent: lent), limit: .max, into: &output)
    }

    private static func read(_ bytes: [UInt8]) throws -> Received {
        var reader = FrameReader()
        switch try reader.next(in: bytes.span) {
        case .reply(let id, let value)?: return .value(id, Array(bytes[value]))
        case .failure(let id, let failure)?:
            let error = CallError(failure, in: bytes)
            return .error(id, code: error.code.rawValue, error.executed, error.message)
        case .notify(let path, let arguments)?:
            return .notification(String(decoding: bytes[path], as: UTF8.self), arguments: Array(bytes[arguments]))
        case .goodbye(let code, let text)?: return .goodbye(code, String(decoding: bytes[text], as: UTF8.self))
        case let frame?: return .other(frame)
        case nil: throw CancellationError()
        }
    }
}
