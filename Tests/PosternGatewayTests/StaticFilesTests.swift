import PosternGateway
import Testing

@Suite struct StaticFilesTests {
    /// An error of Foundation names its types and members of a dictionary, which are no text for people.
    @Test(arguments: [
        ("/nonexistent/public", "it does not exist"), ("/dev/null", "it is no folder"),
        ("/dev/null/missing", "it does not exist"),
    ])
    func aFolderThatCannotBeReadIsNamedInOneSentence(folder: String, reason: String) {
        let error = #expect(throws: StaticFiles.LoadError.self) { try StaticFiles(folder: folder) }
        #expect(error?.description == "\(folder) cannot be read: \(reason)")
    }
}
