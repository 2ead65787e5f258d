extension Containment: CustomStringConvertible {
    /// What is in force, in sentences for the log.
    package var description: String {
        var sentences = [containing]
        if let fault = faults[.setpriv] {
            sentences.append("A Swift task that does not watch its channel may outlive this process: \(fault).")
        }
        if let fault = faults[.prlimit] { sentences.append("Limits of tasks are not in force: \(fault).") }
        return sentences.joined(separator: " ")
    }

    /// Whether the system permits all of it.
    package var isComplete: Bool {
        guard case .namespace = strength else { return false }
        return faults.isEmpty
    }

    private var containing: String {
        switch strength {
        case .namespace(let options):
            let also = options.contains("--user") ? " and a user namespace" : ""
            return """
                Foreign programs run in a PID namespace\(also) of their own: the kernel ends all of their processes when \
                they end or this process does.
                """
        case .guarded(let reason):
            return """
                Foreign programs run below a guard, which ends all of their processes when they end or this process \
                does; there is no PID namespace (\(reason)).
                """
        case .weak(let reason) where programs[.setpriv] == nil:
            return "Foreign programs may outlive this process: \(reason)."
        case .weak(let reason):
            return "Foreign programs end with this process, but what they have started may remain: \(reason)."
        }
    }
}
