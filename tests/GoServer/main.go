// An MCP server as one writes it with nothing but the standard library: the message decoded into structs, whose keys
// encoding/json matches ignoring case, by Unicode folding, the last one winning.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

type params struct {
	Name      string         `json:"name"`
	Arguments map[string]any `json:"arguments"`
}

type request struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  params          `json:"params"`
}

type received struct {
	Time    time.Time   `json:"time"`
	Method  string      `json:"method"`
	Path    string      `json:"path"`
	Headers http.Header `json:"headers"`
}

type call struct {
	Time              time.Time       `json:"time"`
	Outcome           string          `json:"outcome"`
	Tool              string          `json:"tool"`
	Arguments         map[string]any  `json:"arguments"`
	JSONRPCID         json.RawMessage `json:"jsonRpcId"`
	SentinelRequestID string          `json:"sentinelRequestId"`
	Headers           http.Header     `json:"headers"`
}

type server struct {
	lock     sync.Mutex
	requests []received
	calls    []call
}

var tools = map[string]func(map[string]any) string{
	"echo":   func(arguments map[string]any) string { return fmt.Sprint(arguments["text"]) },
	"add":    func(arguments map[string]any) string { return add(arguments["a"], arguments["b"]) },
	"danger": func(map[string]any) string { return "done" },
}

func add(a, b any) string {
	x, _ := a.(json.Number)
	y, _ := b.(json.Number)
	left, _ := x.Float64()
	right, _ := y.Float64()
	return fmt.Sprint(left + right)
}

func main() {
	port := flag.Int("port", 0, "the port to listen on; 0 for a free one")
	flag.Parse()

	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	// stdin closes when the process that started us is gone.
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()

	s := &server{requests: []received{}, calls: []call{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/mcp", s.mcp)
	mux.HandleFunc("/_calls", func(w http.ResponseWriter, _ *http.Request) {
		s.lock.Lock()
		defer s.lock.Unlock()
		write(w, http.StatusOK, s.calls)
	})
	mux.HandleFunc("/_requests", func(w http.ResponseWriter, _ *http.Request) {
		s.lock.Lock()
		defer s.lock.Unlock()
		write(w, http.StatusOK, s.requests)
	})
	fmt.Printf("Listening on http://%s\n", listener.Addr())
	fmt.Fprintln(os.Stderr, http.Serve(listener, mux))
	os.Exit(1)
}

func (s *server) mcp(w http.ResponseWriter, r *http.Request) {
	s.lock.Lock()
	s.requests = append(s.requests, received{time.Now().UTC(), r.Method, r.RequestURI, r.Header})
	s.lock.Unlock()

	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}

	var message request
	decoder := json.NewDecoder(r.Body)
	decoder.UseNumber()
	if err := decoder.Decode(&message); err != nil {
		refuse(w, http.StatusBadRequest, nil, -32700, err.Error())
		return
	}

	switch message.Method {
	case "tools/call":
		s.call(w, r, message)
	case "initialize":
		answer(w, message.ID, map[string]any{
			"protocolVersion": "2025-11-25",
			"capabilities":    map[string]any{"tools": map[string]any{}},
			"serverInfo":      map[string]any{"name": "sentinel-go", "version": "1.0.0"},
		})
	default:
		refuse(w, http.StatusOK, message.ID, -32601, "Method not found")
	}
}

func (s *server) call(w http.ResponseWriter, r *http.Request, message request) {
	tool, known := tools[message.Params.Name]
	if !known {
		refuse(w, http.StatusOK, message.ID, -32602, "Unknown tool")
		return
	}

	s.lock.Lock()
	s.calls = append(s.calls, call{
		time.Now().UTC(), "started", message.Params.Name, message.Params.Arguments, message.ID,
		r.Header.Get("Sentinel-Request-Id"), r.Header,
	})
	s.lock.Unlock()
	text := tool(message.Params.Arguments)
	answer(w, message.ID, map[string]any{"content": []any{map[string]any{"type": "text", "text": text}}})
}

func answer(w http.ResponseWriter, id json.RawMessage, result any) {
	write(w, http.StatusOK, map[string]any{"jsonrpc": "2.0", "id": id, "result": result})
}

func refuse(w http.ResponseWriter, status int, id json.RawMessage, code int, text string) {
	message := map[string]any{"jsonrpc": "2.0", "error": map[string]any{"code": code, "message": text}}
	if id != nil {
		message["id"] = id
	}
	write(w, status, message)
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}
