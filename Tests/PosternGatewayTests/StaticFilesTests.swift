import PosternGateway
import Testing

@Suite struct StaticFilesTests {
    @Test func aFolderThatDoesNotExistIsNamedInTheError() {
        #expect {
            try StaticFiles(folder: "/dev/null/missing")
        } throws: { error in
            (error as? StaticFiles.LoadError)?.description.hasPrefix("the folder /dev/null/missing cannot be read: ")
                == true
        }
    }
}
