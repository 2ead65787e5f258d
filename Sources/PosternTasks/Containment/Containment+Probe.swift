extension Containment {
    /// Finds out what this system permits.
    ///
    /// - Parameters:
    ///   - launcher: An executable that calls `TaskLauncher.runIfAsked` first; `nil` when there is none.
    ///   - inNamespace: Whether a namespace is wanted where it is permitted, and not a guard.
    /// - Returns: The strongest containment that works, and the reason for it.
    package static func probe(launcher: String?, inNamespace: Bool = true) async -> Containment {
        let probe = ContainmentProbe()
        async let namespace = probe.namespace()
        async let setpriv = probe.fault(of: .setpriv)
        async let prlimit = probe.fault(of: .prlimit)
        let faults = [SystemProgram.setpriv: await setpriv, .prlimit: await prlimit].compactMapValues { $0 }
        let strength: Strength =
            switch (await namespace, faults[.setpriv]) {
            case _ where launcher == nil: .weak(reason: "the program has no launcher of tasks")
            case _ where !inNamespace: .guarded(reason: "it is not wanted")
            // Without it, a namespace would outlive this process.
            case (.success, let fault?): .guarded(reason: fault)
            case (.success(let options), nil): .namespace(options: options)
            case (.failure(let obstacle), _): .guarded(reason: obstacle.reason)
            }
        let usable = probe.paths.filter { faults[$0.key] == nil }
        return Containment(strength: strength, launcher: launcher, programs: usable, faults: faults)
    }
}
