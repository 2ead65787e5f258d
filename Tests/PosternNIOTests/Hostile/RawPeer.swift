@testable import Postern

/// A client that says hello, and after that sends whatever frames it likes.
final class RawPeer {
    /// A frame of the other side, as tests look at it.
    enum Told: Hashable {
        case value(UInt64, [UInt8])
        case error(UInt64, code: Int, CallError.Executed, String)
        case notification(String, arguments: [UInt8])
        case goodbye(Int, String)
        case other(Frame)

        /// The code of an error; 0 for anything else.
        var code: Int {
            if case .error(_, let code, _, _) = self { code } else { 0 }
        }

        /// What stands in a reply.
        var bytes: [UInt8]? {
            if case .value(_, let bytes) = self { bytes } else { nil }
        }
    }

    private let connection: RawConnection
    private var chunks: AsyncStream<[UInt8]>.Iterator
    private var bytes: [UInt8] = []
    private var lastID: UInt64 = 0
    /// Bytes after the length of the largest frame that came behind the hello.
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

    /// The next frame; `nil` once the connection has ended.
    func next() async throws -> Told? {
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

    /// Sends one call and gives its answer; other frames are passed over.
    func call(_ path: String, _ arguments: [UInt8] = [0xc0, 0xc0], depth: UInt64 = 0) async throws -> Told? {
        let id = makeID()
        send { Self.writeCall(id, path, arguments, depth: depth, into: &$0) }
        return try await answer(to: id)
    }

    /// The answer to a call, or what ends the connection; other frames are passed over.
    func answer(to id: UInt64) async throws -> Told? {
        while let told = try await next() {
            switch told {
            case .value(id, _), .error(id, _, _, _), .goodbye: return told
            default: break
            }
        }
        return nil
    }

    /// Calls a method that answers with references; gives the numbers that were lent.
    func borrow(_ path: String, _ arguments: [UInt8] = [0xc0, 0xc0]) async throws -> [UInt64] {
        let id = makeID()
        send { Self.writeCall(id, path, arguments, into: &$0) }
        var numbers: [UInt64] = []
        while let told = try await next() {
            switch told {
            case .other(.references(let told)): numbers += told.lent
            case .value(id, _): return numbers
            case .error(id, _, _, _), .goodbye: return []
            default: break
            }
        }
        return numbers
    }

    /// Numbers the next call.
    func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    static func bytes(_ write: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        write(&bytes)
        return bytes
    }

    /// Cuts bytes into frames; half a frame at the end is left out.
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

    private static func read(_ bytes: [UInt8]) throws -> Told {
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
