/// The contents of the file `status` of a process in `/proc`.
struct ProcessStatus {
    private let text: String

    init(_ text: String) { self.text = text }

    /// Reads the status of a process.
    ///
    /// - Parameter process: The identifier of the process in `/proc`, or `self`.
    init?(of process: Substring) {
        guard let text = SystemCalls.text(of: "/proc/\(process)/status") else { return nil }
        self.init(text)
    }

    /// Reads the information about the process that a pidfd refers to, which has the same format.
    init?(ofDescriptor descriptor: Int32) {
        guard let text = SystemCalls.text(of: "/proc/self/fdinfo/\(descriptor)") else { return nil }
        self.init(text)
    }

    /// Returns the words after a name.
    func values(of name: String) -> [Substring] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) && $0.dropFirst(name.count).first == ":" }
        return line?.dropFirst(name.count + 1).split { $0 == "\t" || $0 == " " } ?? []
    }

    /// The identifier of the process in `/proc`, which may be one of an outer PID namespace.
    ///
    /// `nil` after the process was reaped.
    var number: Int32? { values(of: "Pid").first.flatMap { Int32($0) }.flatMap { $0 > 0 ? $0 : nil } }

    /// The identifier of the parent in `/proc`.
    var parent: Substring? { values(of: "PPid").first }

    /// The signals that are pending for the process as a whole, as a bit set in which bit 0 is signal 1.
    var pendingSignals: UInt64 { values(of: "ShdPnd").first.flatMap { UInt64($0, radix: 16) } ?? 0 }
}
