import Testing

@testable import PosternTasks

@Suite struct LauncherRequestTests {
    @Test(arguments: [
        (LauncherRequest(.initial), "init"), (LauncherRequest(.guard, parent: 7), "guard parent=7"),
        (LauncherRequest(.container), "container"),
        (
            LauncherRequest(
                .keeper,
                parent: 1,
                maximumProcessorSeconds: 3,
                channelDescriptors: 2,
                isDetached: true
            ),
            "keeper parent=1 processor=3 channel=2 detached"
        ),
    ])
    func textRoundTrips(request: LauncherRequest, text: String) {
        #expect(request.text == text)
        #expect(LauncherRequest(text) == request)
    }

    @Test(arguments: [
        "", " ", "INIT", "1", "guard parent", "guard parent=x", "guard =", "init later", "init detached=1",
        "init channel", "init channel=3",
    ])
    func otherTextIsRejected(text: String) { #expect(LauncherRequest(text) == nil) }
}
