import Foundation
@testable import Postern
import Synchronization
import Testing

/// A session of `Tests/Corpus/sessions.txt`, which describes its format at the top.
struct WireSession: CustomTestStringConvertible, Sendable {
    let name: String
    let demandsSecret: Bool
    let lines: [(kind: Substring, tokens: [Substring])]

    var testDescription: String { name }

    /// All sessions of the file.
    static let all: [WireSession] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Corpus/sessions.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\nsession ").dropFirst().map(WireSession.init)
    }()

    private init(_ text: String) {
        var lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        name = lines.isEmpty ? "" : String(lines.removeFirst())
        demandsSecret = lines.first == "secret"
        if demandsSecret { lines.removeFirst() }
        self.lines = lines.map { line in
            let parts = line.split(separator: " ")
            return (parts[0], Array(parts.dropFirst()))
        }
    }
}

/// The numbers of references in a session, by the names that the file has for them.
struct WireBodies {
    private var numbers: [Substring: UInt64] = [:]

    /// Returns the body of a frame to send, or `nil` for an invalid token.
    func bytes(of tokens: [Substring]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for token in tokens {
            let parts = token.dropFirst().split(separator: "/", maxSplits: 1)
            switch token.first {
            case "@": bytes += Self.bigEndian(numbers[parts[0]] ?? 0)
            case "#": MessagePack.write(numbers[parts[0]] ?? 0, into: &bytes)
            case "$":
                let method = parts.count > 1 ? "/\(parts[1])" : ""
                MessagePack.write("$/\(numbers[parts[0]] ?? 0)\(method)", into: &bytes)
            default:
                guard let part = Self.hexadecimal(token) else { return nil }
                bytes += part
            }
        }
        return bytes
    }

    /// Returns whether a received frame matches a line, and stores the numbers in it if so.
    mutating func fit(_ body: [UInt8], to tokens: [Substring]) -> Bool {
        var (numbers, position) = (numbers, 0)
        for token in tokens {
            switch token.first {
            case "*":
                guard let end = try? MessagePack.end(ofValueAt: position, in: body.span) else { return false }
                position = end
            case "#":
                guard let end = try? MessagePack.end(ofValueAt: position, in: body.span),
                    let number = try? MessagePack.readUInt64(body.span.extracting(position..<end)),
                    Self.learn(number, as: token.dropFirst(), &numbers)
                else { return false }
                position = end
            case "@":
                guard position + 8 <= body.count else { return false }
                let number = body[position..<position + 8].reduce(0) { $0 << 8 | UInt64($1) }
                guard Self.learn(number, as: token.dropFirst(), &numbers) else { return false }
                position += 8
            default:
                guard let part = Self.hexadecimal(token), body[position...].starts(with: part) else { return false }
                position += part.count
            }
        }
        guard position == body.count else { return false }
        self.numbers = numbers
        return true
    }

    private static func learn(_ number: UInt64, as name: Substring, _ numbers: inout [Substring: UInt64]) -> Bool {
        if let known = numbers[name] { return known == number }
        numbers[name] = number
        return true
    }

    private static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
    }

    private static func hexadecimal(_ token: Substring) -> [UInt8]? {
        let digits = Array(token)
        guard digits.count.isMultiple(of: 2) else { return nil }
        let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        return bytes.contains(nil) ? nil : bytes.compactMap { $0 }
    }
}

/// A connection whose bytes the test passes on.
final class BytePipe: FrameTransport {
    private struct State {
        var arrived: [UInt8] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func outputBecameReady() {}

    func close() { state.withLock { $0.isClosed = true } }

    /// Passes received bytes to a peer as whole frames, like the handler of a socket.
    func deliver(_ bytes: [UInt8], to peer: Peer) {
        var rest = state.withLock { state in
            defer { state.arrived = [] }
            return state.arrived + bytes
        }
        do throws(DisconnectReason) {
            while !rest.isEmpty, peer.isConnected {
                let count = try FrameSplitter.firstFrame(in: rest.span, limit: peer.frameLimit)
                guard count > 0 else { break }
                peer.receive(Array(rest[..<count]))
                rest.removeFirst(count)
            }
        } catch {
            peer.transportClosed(error)
        }
        state.withLock { $0.arrived = rest }
    }
}
