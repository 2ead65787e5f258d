# Ruby's Net::HTTP.
require "json"
require "net/http"
require "stringio"

BASE = URI(ARGV[0])
JSON_TYPE = { "Content-Type" => "application/json" }.freeze

def connect(&block) = Net::HTTP.start(BASE.host, BASE.port, use_ssl: BASE.scheme == "https", &block)

def call(method, *params) = { jsonrpc: "2.0", id: 1, method:, params: }.to_json

def show(step, answer) = puts("#{step} #{answer.code} #{answer.body}")

def follow(http, step, path, count)
  rest = +""
  http.request_get(path, "Accept" => "text/event-stream") do |answer|
    answer.read_body do |part|
      rest << part
      while (line = rest.slice!(/\A.*\n/)&.chomp)
        say if line == ": open"
        next unless line.start_with?("data: ")
        puts "#{step} #{answer.code} #{line.delete_prefix("data: ")}"
        count -= 1
        throw :done if count.zero?
      end
    end
  end
end

def say = connect { |http| http.post("/rpc/chat/say", { author: "ruby", text: "hello" }.to_json, JSON_TYPE) }

connect do |http|
  show "call", http.post("/rpc", call("calculator.add", 2, 3), JSON_TYPE)
  show "path", http.post("/rpc/calculator/divide", '{"a":1,"b":4}', JSON_TYPE)
  show "get", http.get("/rpc/calculator/add?a=2&b=3")
  show "error", http.post("/rpc", call("calculator.divide", 1, 0), JSON_TYPE)
  show "unknown", http.post("/rpc/no/such", "{}", JSON_TYPE)
  show "empty", http.request(Net::HTTP::Post.new("/rpc/jobs/active"))
  show "notification", http.post("/rpc", '{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}', JSON_TYPE)
  upload = Net::HTTP::Post.new("/rpc/echo/echo", JSON_TYPE.merge("Transfer-Encoding" => "chunked"))
  upload.body_stream = StringIO.new(["x" * 100_000].to_json)
  show "upload", http.request(upload)
end
catch(:done) { connect { |http| follow(http, "stream", "/rpc/clock/ticks?interval=0.05", 3) } }
catch(:done) { connect { |http| follow(http, "topic", "/events/chat/room", 1) } }
