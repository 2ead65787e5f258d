import Glibc

/// The descendants of a launcher that is not PID 1 of a namespace.
enum Descendants {
    /// The time after which the launcher exits although processes are left, which are in an uninterruptible system
    /// call.
    private static let timeout = Duration.seconds(5)

    /// Kills and reaps all descendants.
    ///
    /// The launcher is a child subreaper: children of a process that is killed become its own. It therefore reaches all
    /// descendants level by level, whatever process groups and sessions they have created.
    static func end() {
        let end = ContinuousClock.now + timeout
        while ContinuousClock.now < end, hasLivingChildren() {
            for child in children() { kill(child, SIGKILL) }
            _ = SystemCalls.nextSignal(within: 10)
        }
    }

    /// Reaps the children that have ended, and returns whether any are left.
    private static func hasLivingChildren() -> Bool {
        while true {
            switch SystemCalls.reap() {
            case .child: continue
            case .nothing: return true
            case .noChildren: return false
            }
        }
    }

    /// Returns the identifiers of the children of this process, in the PID namespace of this process.
    private static func children() -> [Int32] {
        let own = namespaceNumbers(of: "self")
        let text = SystemCalls.text(of: "/proc/thread-self/children") ?? ""
        return text.split(separator: " ").compactMap { word in
            // `/proc` may be one of an outer namespace, whose identifiers kill(2) does not understand here. `NSpid` has
            // one identifier for each nested namespace; the one at the depth of this process is needed.
            let numbers = namespaceNumbers(of: word)
            guard own.count > 1, numbers.count >= own.count else { return Int32(word) }
            return numbers[own.count - 1]
        }
    }

    private static func namespaceNumbers(of process: Substring) -> [Int32] {
        ProcessStatus(of: process)?.values(of: "NSpid").compactMap { Int32($0) } ?? []
    }
}
