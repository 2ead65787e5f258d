import Testing

/// The files with unsafe code, and those that switch off the compiler's checks of data races.
@Suite struct SafetyTests {
    /// The files that may contain `unsafe`: each wraps a C interface or copies a span.
    private static let unsafeFiles: Set<String> = [
        "Sources/LibWebSockets/HTTP/HTTPConnection.swift",
        "Sources/LibWebSockets/HTTP/HTTPRequestHead.swift",
        "Sources/LibWebSockets/Loop/Acceptor.swift",
        "Sources/LibWebSockets/Loop/BatchingExecutor.swift",
        "Sources/PosternAdmission/DescriptorLimit.swift",
        "Sources/LibWebSockets/Loop/EventLoop.swift",
        "Sources/LibWebSockets/Loop/HookHandle.swift",
        "Sources/LibWebSockets/Loop/ListeningSocket.swift",
        "Sources/LibWebSockets/Loop/LoopStorage.swift",
        "Sources/LibWebSockets/Loop/PollHandle.swift",
        "Sources/LibWebSockets/Loop/ServiceThread.swift",
        "Sources/LibWebSockets/Loop/Socket.swift",
        "Sources/LibWebSockets/Loop/SocketError.swift",
        "Sources/LibWebSockets/WebSocket/ContextResources.swift",
        "Sources/LibWebSockets/WebSocket/MessageAssembly.swift",
        "Sources/LibWebSockets/WebSocket/WebSocket+Time.swift",
        "Sources/LibWebSockets/WebSocket/WebSocket+Writing.swift",
        "Sources/LibWebSockets/WebSocket/WebSocket.swift",
        "Sources/LibWebSockets/WebSocket/WebSocketContext.swift",
        "Sources/Postern/Payload/BulkCopy.swift",
        "Sources/Postern/Waiting/Suspension.swift",
        "Sources/PosternLedger/MemoryTrim.swift",
        "Sources/PosternNIO/BusyPolling/BusyPoller.swift",
        "Sources/PosternNIO/EventLoopExecutor.swift",
        "Sources/PosternNIO/ArrivalDescriptor.swift",
        "Sources/PosternNIO/Unix/UnixSocketCalls.swift",
        "Sources/PosternNIO/OutputMeter.swift",
        "Sources/PosternSchema/EnumCases.swift",
        "Sources/PosternTasks/Containment/DescriptorPassing.swift",
        "Sources/PosternTasks/Containment/SystemCalls.swift",
        "Sources/PosternTasks/Life/ChildOutput.swift",
        "Sources/PosternTasks/Life/ThisProcess.swift",
        "Sources/postern/Text/FileDescriptor+Bytes.swift",
        "Tests/LibWebSocketsTests/HTTP/HTTPOutputTests.swift",
        "Tests/PosternNIOTests/Poll.swift",
    ]

    /// The files that may declare types `@unchecked Sendable` or variables `nonisolated(unsafe)`.
    private static let promisingFiles: Set<String> = [
        "Sources/LibWebSockets/Loop/EventLoop.swift",
        "Sources/LibWebSockets/Loop/LoopBound.swift",
        "Sources/LibWebSockets/Loop/LoopStorage.swift",
    ]

    @Test func unsafeCodeStaysWhereItIs() {
        let files = SourceTree.files(in: ["Sources/", "Tests/", "Package.swift"]).filter(Self.isUnsafe)
        #expect(Set(files.map(\.path)).symmetricDifference(Self.unsafeFiles) == [])
    }

    @Test func promisesAboutThreadsStayWhereTheyAre() {
        let files = SourceTree.files(in: ["Sources/", "Tests/"]).filter { !Self.promises(in: $0).isEmpty }
        #expect(Set(files.map(\.path)).symmetricDifference(Self.promisingFiles) == [])
    }

    @Test func everyPromiseSaysWhyItHolds() {
        let bare = SourceTree.files(in: ["Sources/", "Tests/"]).flatMap(Self.unexplainedPromises)
        #expect(bare == [])
    }

    @Test(arguments: [
        "let byte = unsafe pointer.pointee",
        "@unsafe func read() {}",
        "nonisolated(unsafe) var count = 0 // Safe because: never.",
        "unowned(unsafe) let owner: Owner",
    ])
    func unsafeCodeIsFound(line: String) { #expect(Self.isUnsafe(SourceFile(path: "A.swift", text: line))) }

    @Test(arguments: [
        "// the only unsafe operations of the core",
        "print(\"unsafe\")",
        "bytes.withUnsafeBytes { $0.count }",
    ])
    func otherCodeIsNotCalledUnsafe(line: String) {
        #expect(!Self.isUnsafe(SourceFile(path: "A.swift", text: line)))
    }

    @Test(arguments: [
        ("final class A: @unchecked Sendable {}", 1),
        ("// Fast.\nfinal class A: @unchecked Sendable {}\n// Faster.", 1),
        ("nonisolated(unsafe) var count = 0", 1),
        ("// Safe because: it is a constant.\nnonisolated(unsafe) var count = 0", 0),
        ("// Safe because: all members are\n// guarded by a lock.\nstruct A: @unchecked Sendable {}", 0),
        ("final class A: @unchecked Sendable {\n    // Safe because: one thread.\n}", 0),
    ])
    func promisesWithoutAReasonAreFound(text: String, count: Int) {
        #expect(Self.unexplainedPromises(in: SourceFile(path: "A.swift", text: text)).count == count)
    }

    private static func isUnsafe(_ file: SourceFile) -> Bool {
        file.code.contains { CodeLine.words(of: $0).contains("unsafe") }
    }

    /// Returns the numbers of the lines, from 0, that switch off a check.
    private static func promises(in file: SourceFile) -> [Int] {
        file.code.indices.filter { index in
            let code = file.code[index]
            return code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)")
        }
    }

    private static func unexplainedPromises(in file: SourceFile) -> [String] {
        promises(in: file).filter { index in
            let above = file.lines[..<index].reversed().prefix { isComment($0) }
            let below = file.lines[(index + 1)...].prefix { isComment($0) }.first
            return !above.contains(where: isReason) && !(below.map(isReason) ?? false)
        }.map { "\(file.path):\($0 + 1): no comment that starts with \"Safe because\"" }
    }

    private static func isComment(_ line: Substring) -> Bool { line.drop(while: \.isWhitespace).hasPrefix("//") }

    private static func isReason(_ line: Substring) -> Bool {
        line.drop(while: \.isWhitespace).hasPrefix("// Safe because")
    }
}
