import Dispatch
import Foundation
import Postern
import PosternNIO
import PosternTasks
import Synchronization
import SystemPackage

/// A program as a test plays it: its end of a socket, line by line.
final class ProgramEnd: Sendable {
    private let socket: FileDescriptor
    /// Its own thread: reading waits.
    private let queue = DispatchQueue(label: "program")
    private let rest = Mutex(Data())
    private let isClosed = Atomic(false)

    /// Makes a peer and the end of its program.
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

    /// Takes the program's end of a connection, and closes it at the latest when this is freed.
    init(_ socket: FileDescriptor) { self.socket = socket }

    deinit { close() }

    /// The next line; `nil` at the end.
    func next() async -> String? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.read()) }
        }
    }

    /// Prints text, and a line feed unless it is to end differently.
    func print(_ text: String, end: String = "\n") throws { try socket.writeAll(Array((text + end).utf8)) }

    func print(bytes: [UInt8]) throws { try socket.writeAll(bytes) }

    /// Ends the program.
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

/// The reports of a peer.
final class Reports: IncidentObserver {
    private let incidents = Mutex<[Incident]>([])

    var all: [Incident] { incidents.withLock { $0 } }

    func observe(_ incident: Incident) { incidents.withLock { $0.append(incident) } }
}
