import Glibc

/// The processes below the launcher where it is not PID 1 of a namespace.
enum Descendants {
    /// A process that does not end within this time is in a system call that cannot be interrupted.
    private static let patience = Duration.seconds(5)

    /// Kills and reaps all of them.
    ///
    /// The children of a process that ends become children of the launcher: what is killed level by level is all there
    /// is, whatever process groups and sessions it has made.
    static func end() {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end, hasLivingChildren() {
            for child in children() { kill(child, SIGKILL) }
            _ = SystemCalls.nextSignal(within: 10)
        }
    }

    /// Reaps what has ended.
    private static func hasLivingChildren() -> Bool {
        while true {
            switch SystemCalls.reap() {
            case .child: continue
            case .nothing: return true
            case .noChildren: return false
            }
        }
    }

    /// The children of this process, by the numbers that it has for them.
    private static func children() -> [Int32] {
        let own = namespaceNumbers(of: "self")
        let text = SystemCalls.text(of: "/proc/thread-self/children") ?? ""
        return text.split(separator: " ").compactMap { word in
            // `/proc` may be that of a namespace further up, and number processes differently.
            let numbers = namespaceNumbers(of: word)
            guard own.count > 1, numbers.count >= own.count else { return Int32(word) }
            return numbers[own.count - 1]
        }
    }

    private static func namespaceNumbers(of process: Substring) -> [Int32] {
        ProcessStatus(of: process)?.values(of: "NSpid").compactMap { Int32($0) } ?? []
    }
}
