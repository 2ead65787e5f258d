public import Postern
import Synchronization
import SystemPackage

/// A file descriptor that is readable while calls or notifications wait to be served: for a program with an event loop
/// of its own.
///
/// The loop watches ``rawValue`` with poll, epoll or whatever it has, and has `Peer.pollAll()` or
/// `Peer.serve(timeout:)` run while it is readable. It never reads or closes the descriptor itself. When the connection
/// ends the descriptor is readable and stays so, and `Peer.isConnected` is false. It is closed when this object goes:
/// the loop has to forget it before.
public final class ArrivalDescriptor: Sendable {
    /// The number that the loop watches; nothing but whether it is readable means anything.
    public var rawValue: Int32 { descriptor.rawValue }

    private let descriptor: FileDescriptor
    private let signal: FileDescriptor
    private let peer: Peer
    private let isReadable = Mutex(false)
    private let stopObserving = Mutex<@Sendable () -> Void>({})

    fileprivate init(_ peer: Peer) throws(CallError) {
        guard peer.hasArrivals != nil else {
            throw CallError(.invalidRequest, "This peer serves as things arrive, so nothing waits", ran: .no)
        }
        do throws(Errno) {
            (descriptor, signal) = try FileDescriptor.pipe(options: [.nonBlocking, .closeOnExec])
        } catch {
            throw CallError(.unavailable, "There is no descriptor left: \(error)", ran: .no)
        }
        self.peer = peer
        let stop = peer.observeArrivals { [weak self] in self?.update() }
        stopObserving.withLock { $0 = stop }
        update()
    }

    deinit {
        stopObserving.withLock { $0 }()
        try? descriptor.close()
        try? signal.close()
    }

    /// Makes the descriptor what it should be, with one byte in the pipe or none; of several at once the last one sees
    /// how it is.
    private func update() {
        isReadable.withLock { isReadable in
            let shouldBe = peer.hasArrivals == true
            guard isReadable != shouldBe else { return }
            isReadable = shouldBe
            if shouldBe {
                _ = try? signal.writeAll(CollectionOfOne(1))
            } else {
                var byte: UInt8 = 0
                _ = try? unsafe withUnsafeMutableBytes(of: &byte) { try unsafe descriptor.read(into: $0) }
            }
        }
    }
}

extension Peer {
    /// Makes a descriptor that is readable while calls or notifications wait to be served.
    ///
    /// - Returns: The descriptor; keep it for as long as the loop watches it.
    /// - Throws: `CallError`: `.invalidRequest` for a peer that serves as things arrive, `.unavailable` when the process
    ///   has no descriptor left.
    public func makeArrivalDescriptor() throws(CallError) -> ArrivalDescriptor { try ArrivalDescriptor(self) }
}
