// A service in an image without a shell: answers every HTTP request with its name and how many it had, and echoes on TCP.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync/atomic"
)

func main() {
	httpAddress := flag.String("http", ":8080", "where to answer HTTP; empty for nowhere")
	echoAddress := flag.String("echo", "", "where to echo TCP, such as :9090; empty for nowhere")
	flag.Parse()
	if *echoAddress != "" {
		listener, err := net.Listen("tcp", *echoAddress)
		if err != nil {
			log.Fatal(err)
		}
		if *httpAddress == "" {
			echo(listener)
		}
		go echo(listener)
	}
	log.Fatal(http.ListenAndServe(*httpAddress, answer(name())))
}

func name() string {
	if pod := os.Getenv("POD_NAME"); pod != "" {
		return pod
	}
	host, _ := os.Hostname()
	return host
}

func answer(name string) http.Handler {
	var count atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %d\n", name, count.Add(1))
	})
}

func echo(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go func() {
			defer connection.Close()
			_, _ = io.Copy(connection, connection)
		}()
	}
}
