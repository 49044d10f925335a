module sentinel.example/goserver

go 1.19
