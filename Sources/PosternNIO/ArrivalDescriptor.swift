public import Postern
import Synchronization
import SystemPackage

/// A file descriptor that is readable while calls or notifications wait to be served, for programs with their own event
/// loop.
///
/// The loop watches ``rawValue`` with `poll`, `epoll` or a similar call, and runs `Peer.pollAll()` or
/// `Peer.serve(timeout:)` while it is readable. The loop must not read or close the descriptor. Once the connection
/// has ended, the descriptor stays readable, and `Peer.isConnected` is `false`. The descriptor is closed when this
/// object is deinitialized: the loop has to stop watching it before.
public final class ArrivalDescriptor: Sendable {
    /// The descriptor that the loop watches; only its readability has a meaning, not the bytes in it.
    public var rawValue: Int32 { descriptor.rawValue }

    private let descriptor: FileDescriptor
    private let signal: FileDescriptor
    private let peer: Peer
    private let isReadable = Mutex(false)
    private let stopObserving = Mutex<@Sendable () -> Void>({})

    fileprivate init(_ peer: Peer) throws(CallError) {
        guard peer.hasArrivals != nil else {
            throw CallError(
                .invalidRequest,
                "Only a peer in manual serving mode has a descriptor of arrivals",
                ran: .no
            )
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

    /// Makes the descriptor readable or not, by writing one byte to the pipe or reading it back.
    private func update() {
        isReadable.withLock { isReadable in
            // Asked under the lock: of several updates at once, the last one sees the current state of the queue.
            let shouldBe = peer.hasArrivals == true
            guard isReadable != shouldBe else { return }
            isReadable = shouldBe
            if shouldBe {
                // One byte always fits, as the pipe is empty.
                _ = try? signal.writeAll(CollectionOfOne(1))
            } else {
                var byte: UInt8 = 0
                _ = try? unsafe withUnsafeMutableBytes(of: &byte) { try unsafe descriptor.read(into: $0) }
            }
        }
    }
}

extension Peer {
    /// Creates a descriptor that is readable while calls or notifications wait to be served.
    ///
    /// - Returns: The descriptor, to be retained for as long as the loop watches it.
    /// - Throws: `CallError`: `.invalidRequest` when ``ConnectionOptions/serving`` is `.automatic`, `.unavailable` when
    ///   the process has too many open descriptors.
    public func makeArrivalDescriptor() throws(CallError) -> ArrivalDescriptor { try ArrivalDescriptor(self) }
}
