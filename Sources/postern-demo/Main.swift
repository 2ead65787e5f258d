import PosternPrograms

@main
enum Main {
    static func main() { Program.run(Demo.self) }
}
