/// The file `status` of a process in `/proc`.
struct ProcessStatus {
    private let text: String

    init(_ text: String) { self.text = text }

    /// - Parameter process: The number of a process as `/proc` has it, or `self`.
    init?(of process: Substring) {
        guard let text = SystemCalls.text(of: "/proc/\(process)/status") else { return nil }
        self.init(text)
    }

    /// What `/proc` says of a process that a descriptor refers to.
    init?(ofDescriptor descriptor: Int32) {
        guard let text = SystemCalls.text(of: "/proc/self/fdinfo/\(descriptor)") else { return nil }
        self.init(text)
    }

    /// The words behind a name.
    func values(of name: String) -> [Substring] {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) && $0.dropFirst(name.count).first == ":" }
        return line?.dropFirst(name.count + 1).split { $0 == "\t" || $0 == " " } ?? []
    }

    /// The number of the process as `/proc` has it, which may be that of a namespace further up; `nil` once it is reaped.
    var number: Int32? { values(of: "Pid").first.flatMap { Int32($0) }.flatMap { $0 > 0 ? $0 : nil } }

    /// The number of the parent.
    var parent: Substring? { values(of: "PPid").first }

    /// The signals that were sent to the process as a whole and that it has not received.
    var pendingSignals: UInt64 { values(of: "ShdPnd").first.flatMap { UInt64($0, radix: 16) } ?? 0 }
}
