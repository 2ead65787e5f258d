import Dispatch
import Foundation
import Postern
import PosternNIO
import PosternTasks
import Synchronization
import SystemPackage

/// The end of a socket that a test uses in place of a program, line by line.
final class ProgramEnd: Sendable {
    private let socket: FileDescriptor
    /// Reading blocks, so it runs on a thread of its own.
    private let queue = DispatchQueue(label: "program")
    private let rest = Mutex(Data())
    private let isClosed = Atomic(false)

    /// Creates a peer and the end of its program.
    static func make(
        serving dispatcher: any Dispatcher = NothingExposed(),
        _ configure: (inout JSONLines.Options) -> Void = { _ in }
    ) async throws -> (peer: Peer, program: ProgramEnd) {
        let (parent, child) = try SocketPair.make()
        var options = JSONLines.Options()
        configure(&options)
        let peer = try await JSONLines.peer(on: .socket(parent), serving: dispatcher, options: options)
        return (peer, ProgramEnd(child))
    }

    /// Takes ownership of the socket, which is closed in `deinit` at the latest.
    init(_ socket: FileDescriptor) { self.socket = socket }

    deinit { close() }

    /// Returns the next line, or `nil` at the end.
    func next() async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.read()) }
        }
    }

    /// Writes text followed by a terminator.
    func print(_ text: String, end: String = "\n") throws { try socket.writeAll(Array((text + end).utf8)) }

    func print(bytes: [UInt8]) throws { try socket.writeAll(bytes) }

    /// Closes the socket, as at the exit of a program.
    func close() {
        if !isClosed.exchange(true, ordering: .relaxed) { try? socket.close() }
    }

    private func read() -> String? {
        let handle = FileHandle(fileDescriptor: socket.rawValue, closeOnDealloc: false)
        return rest.withLock { rest in
            while true {
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { rest = Data(rest[(end + 1)...]) }
                    return String(decoding: rest[..<end], as: UTF8.self)
                }
                let data = handle.availableData
                guard !data.isEmpty else { return nil }
                rest += data
            }
        }
    }
}
