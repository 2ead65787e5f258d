import Postern
import SystemPackage

/// The changes of a file, as a sequence that polls its attributes.
///
/// Each iterator polls by itself, beginning with the attributes at the initialization of the sequence.
struct FileChanges: AsyncSequence, Sendable {
    private let path: FilePath
    private let interval: Duration
    private let first: FileState?
    private let monitors: ActiveCount
    private let settling: Bool

    /// Creates a sequence, and reads the attributes of the file.
    ///
    /// - Parameters:
    ///   - path: The path of the file, which need not exist.
    ///   - interval: The polling interval.
    ///   - monitors: Counts the iterators.
    ///   - settling: Whether a change is reported only after two equal readings, as one may occur during a write.
    init(path: FilePath, interval: Duration, monitors: ActiveCount, settling: Bool = false) {
        self.path = path
        self.interval = interval
        self.monitors = monitors
        self.settling = settling
        first = FileState(path: path)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(changes: self, known: first, last: first, membership: monitors.join())
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let changes: FileChanges
        fileprivate var known: FileState?
        fileprivate var last: FileState?
        /// Counts this iterator until it is released.
        fileprivate let membership: ActiveCount.Membership

        /// Waits for the next change; returns `nil` when the reading task is cancelled.
        mutating func next() async -> FileChange? {
            while (try? await Task.sleep(for: changes.interval)) != nil {
                let state = FileState(path: changes.path)
                // `known` is the state that was reported last, and `last` the one that was read last.
                defer { last = state }
                guard state != known, !changes.settling || state == last else { continue }
                defer { known = state }
                return FileChange(path: changes.path.string, old: known, new: state)
            }
            return nil
        }
    }
}
