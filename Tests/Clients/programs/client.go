// Go's net/http.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

var base = os.Args[1]

func main() {
	post("call", "/rpc", strings.NewReader(call("calculator.add", "[2,3]")))
	post("path", "/rpc/calculator/divide", strings.NewReader(`{"a":1,"b":4}`))
	show("get", must(http.Get(base+"/rpc/calculator/add?a=2&b=3")))
	post("error", "/rpc", strings.NewReader(call("calculator.divide", "[1,0]")))
	post("unknown", "/rpc/no/such", strings.NewReader("{}"))
	show("empty", must(http.Post(base+"/rpc/jobs/active", "", nil)))
	post("notification", "/rpc", strings.NewReader(`{"jsonrpc":"2.0","method":"calculator.add","params":[2,3]}`))
	// A reader of unknown length is sent in chunks.
	post("upload", "/rpc/echo/echo", io.MultiReader(strings.NewReader(`["`+strings.Repeat("x", 100_000)+`"]`)))
	follow("stream", "/rpc/clock/ticks?interval=0.05", 3)
	follow("topic", "/events/chat/room", 1)
}

func call(method, params string) string {
	return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`
}

func must(answer *http.Response, err error) *http.Response {
	if err != nil {
		panic(err)
	}
	return answer
}

func post(step, path string, body io.Reader) {
	show(step, must(http.Post(base+path, "application/json", body)))
}

func show(step string, answer *http.Response) {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	fmt.Println(step, answer.StatusCode, string(body))
}

func follow(step, path string, count int) {
	request, _ := http.NewRequest("GET", base+path, nil)
	request.Header.Set("Accept", "text/event-stream")
	answer := must(http.DefaultClient.Do(request))
	defer answer.Body.Close()
	for lines := bufio.NewScanner(answer.Body); count > 0 && lines.Scan(); {
		line := lines.Text()
		if line == ": open" {
			said := strings.NewReader(`{"author":"go","text":"hello"}`)
			must(http.Post(base+"/rpc/chat/say", "application/json", said)).Body.Close()
		}
		if strings.HasPrefix(line, "data: ") {
			fmt.Println(step, answer.StatusCode, strings.TrimPrefix(line, "data: "))
			count--
		}
	}
}
