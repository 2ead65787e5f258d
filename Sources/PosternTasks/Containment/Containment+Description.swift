extension Containment: CustomStringConvertible {
    /// What is in force, in sentences for the log.
    package var description: String {
        var sentences = [containing]
        if programs[.setpriv] == nil, case .guarded = strength {
            sentences.append("`setpriv` is not installed, so a Swift task ends with its channel only.")
        }
        if programs[.prlimit] == nil { sentences.append("Limits are not in force: `prlimit` is not installed.") }
        return sentences.joined(separator: " ")
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
                does: a PID namespace is not permitted (\(reason)).
                """
        case .weak(let reason):
            let extent =
                programs[.setpriv] == nil
                ? "Foreign programs may outlive this process"
                : "Foreign programs end with this process, but what they start may remain"
            return "\(extent): \(reason)."
        }
    }
}
