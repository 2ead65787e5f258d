import Testing

@testable import PosternTasks

@Suite struct LauncherRequestTests {
    @Test(arguments: [
        (LauncherRequest(.initial), "init"), (LauncherRequest(.guard, parent: 7), "guard parent=7"),
        (
            LauncherRequest(.keeper, parent: 1, maximumProcessorSeconds: 3, isDetached: true),
            "keeper parent=1 processor=3 detached"
        ),
    ])
    func whatIsWrittenIsRead(request: LauncherRequest, text: String) {
        #expect(request.text == text)
        #expect(LauncherRequest(text) == request)
    }

    @Test(arguments: [
        "", " ", "INIT", "1", "guard parent", "guard parent=x", "guard =", "init later", "init detached=1",
    ])
    func whatNoLauncherWroteIsRefused(text: String) { #expect(LauncherRequest(text) == nil) }
}
