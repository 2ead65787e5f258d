import Postern
import SystemPackage

/// The changes of one file since the first look; each reader looks for itself, and stops when it stops reading.
struct FileChanges: AsyncSequence, Sendable {
    private let path: FilePath
    private let interval: Duration
    private let first: FileState?
    private let monitors: ActiveCount
    private let settling: Bool

    /// Takes the first look.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - interval: Between two looks.
    ///   - monitors: Counts the readers.
    ///   - settling: Whether a change is one only when two looks agree on it: one may fall into the middle of a write.
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
        /// Counted for as long as this iterator lives.
        fileprivate let membership: ActiveCount.Membership

        /// Waits for the next change; `nil` once the reader is cancelled.
        mutating func next() async -> FileChange? {
            while (try? await Task.sleep(for: changes.interval)) != nil {
                let state = FileState(path: changes.path)
                defer { last = state }
                guard state != known, !changes.settling || state == last else { continue }
                defer { known = state }
                return FileChange(path: changes.path.string, old: known, new: state)
            }
            return nil
        }
    }
}
