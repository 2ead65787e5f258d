import PosternPrograms

/// Commands to try with the demo, which are printed when it listens.
enum Hints {
    /// Prints the commands for the URL of the demo.
    static func print(url: String) {
        Output.announce("open it in a browser, or try:")
        for command in commands(url) { Output.announce("  " + command) }
    }

    private static func commands(_ url: String) -> [String] {
        let json = "-H 'Content-Type: application/json'"
        return [
            "curl \(url)rpc \(json) -d '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"calculator.add\",\"params\":[2,3]}'",
            "curl \(url)rpc/calculator/divide \(json) -d '{\"a\":1,\"b\":4}'",
            "curl '\(url)rpc/calculator/add?a=2&b=3'",
            "curl -N \(url)events/chat/room",
            "curl \(url)rpc/chat/say \(json) -d '{\"author\":\"me\",\"text\":\"hello\"}'",
        ]
    }
}
